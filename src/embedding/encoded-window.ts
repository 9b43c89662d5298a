import type { EncoderThread } from './encoder-thread.ts';
import type { LongText } from './worker-protocol.ts';

/** The vectors of one window of texts as they come, in batches sorted by length. Read by one reader, each row once. */
export class EncodedWindow {
  readonly size: number;
  readonly #vectors: (Float32Array | undefined)[];
  readonly #encoding: { stop: () => void };
  #ended = false;
  #error: Error | undefined;
  #wake: () => void = () => {};

  /** Starts encoding at once. `first` is the position of the window's first text in the whole input. */
  constructor(
    thread: EncoderThread,
    texts: readonly string[],
    first: number,
    urgent: boolean,
    onLongText: (text: LongText) => void,
  ) {
    this.size = texts.length;
    const vectors: (Float32Array | undefined)[] = Array.from({ length: texts.length });
    this.#vectors = vectors;
    this.#encoding = thread.encode(texts, urgent, {
      onLong: (long) => {
        for (const text of long) onLongText({ ...text, index: first + text.index });
      },
      onVectors: (indices, matrix) => {
        for (const [row, index] of indices.entries()) {
          // A copy each: a kept vector must not keep its whole batch.
          vectors[index] = matrix.slice(row * thread.dimensions, (row + 1) * thread.dimensions);
        }
        this.#wake();
      },
      onEnd: (error) => {
        this.#ended = true;
        this.#error = error;
        this.#wake();
      },
    });
  }

  /** Waits for one row's vector and hands it over. @throws EmbeddingModelError if encoding failed. */
  async vector(row: number): Promise<Float32Array> {
    for (;;) {
      const vector = this.#vectors[row];
      if (vector !== undefined) {
        this.#vectors[row] = undefined;
        return vector;
      }
      if (this.#error !== undefined) throw this.#error;
      if (this.#ended) throw new Error(`The model gave no vector for text ${row} of its window`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Ends the encoding after the batch that is running. A row not yet there never comes: whoever waits must have left. */
  stop(): void {
    this.#encoding.stop();
  }
}
