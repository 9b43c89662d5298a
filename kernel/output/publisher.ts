import { clearTimeout, setTimeout } from 'node:timers';
import type { CellContext } from '../cells/cell-context.ts';
import type { Channels, PublishOptions } from '../wire/channels.ts';
import type { Content } from '../wire/message.ts';

export type StreamName = 'stdout' | 'stderr';

/** So many writes in such a time go out at once, as a reader who watches a cell wants; a flood is put together. */
const promptWrites = 10;
const windowMs = 20;
/** A batch goes out when it is this long, when its time is over, or when something else must follow it. */
const maxBatchLength = 64 * 1024;

/** Sends the outputs of cells in the order they were made, with small writes to one stream put together. */
export class Publisher {
  readonly #channels: Channels;
  #batch: { cell: CellContext; name: StreamName; parts: string[]; length: number } | undefined;
  #window = { since: 0, writes: 0 };
  #timer: NodeJS.Timeout | undefined;

  constructor(channels: Channels) {
    this.#channels = channels;
  }

  write(cell: CellContext, name: StreamName, text: string): void {
    if (cell.silent || text === '') return;
    if (this.#batch !== undefined && (this.#batch.cell !== cell || this.#batch.name !== name)) this.flush();
    this.#batch ??= { cell, name, parts: [], length: 0 };
    this.#batch.parts.push(text);
    this.#batch.length += text.length;
    if (this.#batch.length >= maxBatchLength || this.#isPrompt()) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), windowMs);
  }

  publish(cell: CellContext, type: string, content: Content, options?: PublishOptions): void {
    this.flush();
    if (!cell.silent) this.#channels.publish(cell.parent, type, content, options);
  }

  /** Sends the text that waits for more. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#batch;
    this.#batch = undefined;
    if (batch === undefined) return;
    const content = { name: batch.name, text: batch.parts.join('') };
    this.#channels.publish(batch.cell.parent, 'stream', content);
  }

  /** True for the first writes of a time window: a cell may keep the thread busy afterwards, and no timer would send them. */
  #isPrompt(): boolean {
    const now = performance.now();
    if (now - this.#window.since >= windowMs) this.#window = { since: now, writes: 0 };
    this.#window.writes += 1;
    return this.#window.writes <= promptWrites;
  }
}
