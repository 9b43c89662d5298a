import { AsyncLocalStorage } from 'node:async_hooks';
import type { Content, Header, Message } from '../wire/message.ts';

/** One run of one cell: what its outputs carry, wherever and whenever they are written. */
export interface CellContext {
  readonly request: Message;
  readonly parent: Header;
  /** The number in `In [n]`. */
  readonly executionCount: number;
  /** A silent run shows nothing. */
  readonly silent: boolean;
  readonly allowStdin: boolean;
  /** What the reply tells the front end to do besides: show a pager. */
  readonly payload: Content[];
}

const storage = new AsyncLocalStorage<CellContext>();
let latest: CellContext | undefined;

/** Runs `work` so that all it starts, timers and promises included, belongs to `cell`. */
export function runInCell<Result>(cell: CellContext, work: () => Result): Result {
  latest = cell;
  return storage.run(cell, work);
}

/** The same for what is no run of a cell: a message of the front end that a cell listens to. */
export function runWithOutputsOf<Result>(cell: CellContext, work: () => Result): Result {
  return storage.run(cell, work);
}

/** The cell that started what runs now; for what no cell can be found, the one that began last. */
export function currentCell(): CellContext | undefined {
  return storage.getStore() ?? latest;
}
