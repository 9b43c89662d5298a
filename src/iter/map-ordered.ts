import { checkFunction, checkInteger, checkSource } from './checks.ts';
import { operator, type Scope, type Source, type Stream } from './operator.ts';
import { pullInTurn } from './pull.ts';
import { doneSlot, type Slot } from './slot.ts';

/** What a mapper gets beside the item. */
export interface MapContext {
  /** Position of the item in the source, from 0. */
  readonly index: number;
  /** Aborts when nobody will read the result: the reader left, a sibling failed, the caller's signal aborted. */
  readonly signal: AbortSignal;
}

export type Mapper<Item, Result> = (item: Item, context: MapContext) => Result | PromiseLike<Result>;

export interface MapOptions {
  /** Mappers that may run at once; with those finished and unread, also the read-ahead. @default 4 */
  readonly concurrency?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Maps items with up to `concurrency` mappers at once and gives the results in the order of the source.
 *
 * Never more than `concurrency` items are running or waiting to be read; while the reader is idle nothing new is
 * pulled. A failure (the source's or a mapper's) comes in its place in the order, after the results before it; the
 * mappers still running see their signal abort.
 * @throws RangeError, TypeError when called with bad options; the mapper's or source's error, or the signal's reason,
 * when read.
 * @example
 * for await (const page of mapOrdered(urls, (url, { signal }) => fetch(url, { signal }), { concurrency: 8 })) …
 */
export function mapOrdered<Item, Result>(
  source: Source<Item>,
  mapper: Mapper<Item, Result>,
  { concurrency = 4, signal }: MapOptions = {},
): Stream<Result> {
  checkSource(source);
  checkFunction('mapper', mapper);
  checkInteger('concurrency', concurrency, 1);
  return operator([source], signal, (scope) => run(source, mapper, concurrency, scope));
}

async function* run<Item, Result>(
  source: Source<Item>,
  mapper: Mapper<Item, Result>,
  concurrency: number,
  scope: Scope,
): Stream<Result> {
  const slots: Promise<Slot<Result>>[] = [];
  const progress = { sourceDone: false };
  let pulled = 0;
  try {
    const reader = scope.open(source);
    const pull = pullInTurn(reader, () => scope.release(reader));
    const start = async (): Promise<Slot<Result>> => {
      try {
        const pulling = pull();
        const step = 'then' in pulling ? await pulling : pulling;
        if (step.done || scope.ended) {
          progress.sourceDone = true;
          return doneSlot;
        }
        const index = pulled;
        pulled += 1;
        return { kind: 'value', value: await mapper(step.value, { index, signal: scope.signal }) };
      } catch (error) {
        progress.sourceDone = true;
        return { kind: 'error', error };
      }
    };
    for (;;) {
      scope.throwIfAborted();
      while (!progress.sourceDone && slots.length < concurrency) slots.push(start());
      const head = slots.shift();
      if (head === undefined) return;
      const slot = await scope.wait(head, doneSlot);
      if (slot.kind === 'done') return;
      if (slot.kind === 'error') throw slot.error;
      yield slot.value;
    }
  } finally {
    scope.end();
  }
}
