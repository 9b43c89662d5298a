import { Readable } from 'node:stream';
import { checkInteger, checkSource } from './checks.ts';
import { closeQuietly } from './close-quietly.ts';
import { readerOf, type Reader, type Source, type Stream } from './operator.ts';
import { passThrough } from './pass-through.ts';

export interface NodeReadableOptions {
  /** `false` for strings and bytes, as files and sockets take them. @default true */
  readonly objectMode?: boolean;
  /** Read-ahead: items, or bytes where `objectMode` is off. @default 1 item, 65_536 bytes */
  readonly highWaterMark?: number;
  /** Destroys the stream with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A source as a Node `Readable`. It is pulled only while the stream's buffer has room; destroying the stream closes
 * it at once, and its error destroys the stream. `null` cannot be carried: it is an
 * error of the stream.
 */
export function toNodeReadable<Item>(
  source: Source<Item>,
  { objectMode = true, highWaterMark = objectMode ? 1 : 65_536, signal }: NodeReadableOptions = {},
): Readable {
  checkSource(source);
  checkInteger('highWaterMark', highWaterMark, 0);
  let reader: Reader<Item> | undefined;
  let reading = false;
  let ended = false;
  const pull = async (): Promise<IteratorResult<Item, unknown>> => {
    try {
      const step = await (reader ??= readerOf(source)).next();
      if (step.done) ended = true;
      return step;
    } catch (error) {
      ended = true;
      throw error;
    }
  };
  const fill = async (readable: Readable): Promise<void> => {
    if (reading) return;
    reading = true;
    try {
      let wantsMore = true;
      while (wantsMore && !readable.destroyed) {
        const step = await pull();
        if (readable.destroyed) return;
        if (!step.done && step.value === null)
          throw new TypeError('A Node stream cannot carry `null`: it would end it');
        wantsMore = readable.push(step.done ? null : step.value) && !step.done;
      }
    } catch (error) {
      readable.destroy(error instanceof Error ? error : new Error('The source failed', { cause: error }));
    } finally {
      reading = false;
    }
  };
  return new Readable({
    objectMode,
    highWaterMark,
    signal,
    read() {
      void fill(this);
    },
    destroy(error, done) {
      if (!ended) closeQuietly((reader ??= readerOf(source)) as Iterator<unknown, unknown, never>);
      done(error);
    },
  });
}

/**
 * A Node `Readable` as a stream of ours. No read-ahead beyond the stream's own buffer. A reader that leaves, and an
 * abort, destroy it, also while it waits; its error comes through as it is.
 */
export function fromNodeReadable<Item = unknown>(
  readable: Readable,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Stream<Item> {
  if (!(readable instanceof Readable)) checkSource(undefined, 'readable');
  const source: AsyncIterable<Item> = {
    [Symbol.asyncIterator]: () => {
      const iterator = readable[Symbol.asyncIterator]() as AsyncIterator<Item, undefined>;
      return {
        next: () => iterator.next(),
        return: async () => {
          // The iterator's own `return()` would wait for a read that may never be answered.
          if (!readable.destroyed) readable.destroy();
          closeQuietly(iterator as AsyncIterator<unknown, unknown, never>);
          return { done: true, value: undefined };
        },
      };
    },
  };
  return passThrough(source, signal);
}
