import { clearTimeout, setTimeout } from 'node:timers';
import type { CellContext } from '../cells/cell-context.ts';
import type { Channels, PublishOptions } from '../wire/channels.ts';
import type { Content } from '../wire/message.ts';

export type StreamName = 'stdout' | 'stderr';

/** Text is sent when it is this long, when this much time has passed, or when something else must follow it. */
const maxBatchLength = 64 * 1024;
const maxBatchMs = 20;

/** Sends the outputs of cells in the order they were made, with small writes to one stream put together. */
export class Publisher {
  readonly #channels: Channels;
  #batch: { cell: CellContext; name: StreamName; parts: string[]; length: number; since: number } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(channels: Channels) {
    this.#channels = channels;
  }

  write(cell: CellContext, name: StreamName, text: string): void {
    if (cell.silent || text === '') return;
    if (this.#batch !== undefined && (this.#batch.cell !== cell || this.#batch.name !== name)) this.flush();
    this.#batch ??= { cell, name, parts: [], length: 0, since: performance.now() };
    this.#batch.parts.push(text);
    this.#batch.length += text.length;
    if (this.#batch.length >= maxBatchLength || performance.now() - this.#batch.since >= maxBatchMs) {
      this.flush();
    } else {
      this.#timer ??= setTimeout(() => this.flush(), maxBatchMs);
    }
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
}
