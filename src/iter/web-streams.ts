import { checkSource } from './checks.ts';
import { closeQuietly } from './close-quietly.ts';
import { readerOf, type Reader, type Source, type Stream } from './operator.ts';
import { passThrough } from './pass-through.ts';

export interface BridgeOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * A source as a Web `ReadableStream`. It is pulled only when the stream is read; cancelling the stream closes it, and
 * its error becomes the stream's. The signal's reason does too.
 */
export function toReadableStream<Item>(
  source: Source<Item>,
  { signal }: BridgeOptions = {},
): ReadableStream<Item> {
  checkSource(source);
  let reader: Reader<Item> | undefined;
  let onAbort: (() => void) | undefined;
  const leave = () => {
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
    onAbort = undefined;
  };
  const close = () => {
    leave();
    closeQuietly((reader ??= readerOf(source)) as Iterator<unknown, unknown, never>);
  };
  return new ReadableStream<Item>(
    {
      start(controller) {
        onAbort = () => {
          controller.error(signal?.reason);
          close();
        };
        if (signal?.aborted) onAbort();
        else signal?.addEventListener('abort', onAbort, { once: true });
      },
      async pull(controller) {
        try {
          const step = await (reader ??= readerOf(source)).next();
          // Aborted or cancelled in the meantime.
          if (onAbort === undefined) return;
          if (step.done) {
            leave();
            controller.close();
          } else {
            controller.enqueue(step.value);
          }
        } catch (error) {
          leave();
          throw error;
        }
      },
      cancel: close,
    },
    // No read-ahead: the stream's own queue would hold one item before anybody asks.
    { highWaterMark: 0 },
  );
}

/**
 * A Web `ReadableStream` as a stream of ours. No read-ahead beyond the stream's own queue. A reader that leaves, and
 * an abort, cancel it, also while it waits; its error comes through as it is. It is locked from the first pull on.
 */
export function fromReadableStream<Item>(
  stream: ReadableStream<Item>,
  { signal }: BridgeOptions = {},
): Stream<Item> {
  if (!(stream instanceof ReadableStream)) checkSource(undefined, 'stream');
  // Cancels directly: the stream's own iterator would let `return()` wait for a pending read.
  const source: AsyncIterable<Item> = {
    [Symbol.asyncIterator]: () => {
      const reader = stream.getReader();
      return {
        next: async () => (await reader.read()) as IteratorResult<Item, undefined>,
        return: async () => {
          const cancelling = reader.cancel();
          reader.releaseLock();
          await cancelling;
          return { done: true, value: undefined };
        },
      };
    },
  };
  return passThrough(source, signal);
}
