import { checkFunction } from './checks.ts';
import { operator, type Reader, type Scope, type Source, type Stream } from './operator.ts';
import { Backoff, checkRetryOptions, type Attempt, type RetryOptions } from './retry.ts';

export interface RetryStreamOptions<Item> extends RetryOptions {
  /**
   * Opens the rest of a stream that failed after `count` items, the last of them `lastItem`: what it gives follows
   * them. Without it, a stream is retried only until its first item, since a second start would repeat what the
   * reader has seen.
   */
  readonly resume?: (lastItem: Item, count: number, attempt: Attempt) => Source<Item>;
}

/**
 * Reads what `open` opens, and opens it again when it fails: as `retry`, for streams. Where `resume` continues a stream, an item that arrives resets `maxRetries` and the backoff;
 * the budget is for the whole.
 *
 * No read-ahead. `open` is called with the first pull.
 * @throws the last error as it was; the signal's reason, also during a wait.
 */
export function retryStream<Item>(
  open: (attempt: Attempt) => Source<Item>,
  options: RetryStreamOptions<Item> = {},
): Stream<Item> {
  checkFunction('open', open);
  checkRetryOptions(options);
  if (options.resume !== undefined) checkFunction('resume', options.resume);
  return operator([], options.signal, (scope) => run(open, options, scope));
}

async function* run<Item>(
  open: (attempt: Attempt) => Source<Item>,
  options: RetryStreamOptions<Item>,
  scope: Scope,
): Stream<Item> {
  const backoff = new Backoff(options);
  let reader: Reader<Item> | undefined;
  let last: { readonly item: Item } | undefined;
  let count = 0;
  try {
    for (;;) {
      scope.throwIfAborted();
      let item: Item;
      try {
        if (reader === undefined) {
          const attempt: Attempt = { retry: backoff.retries, signal: scope.signal };
          reader = scope.open(
            last && options.resume ? options.resume(last.item, count, attempt) : open(attempt),
          );
        }
        const step = await scope.read(reader);
        if (step.done) return;
        item = step.value;
      } catch (error) {
        scope.throwIfAborted();
        reader = undefined;
        if (last !== undefined && options.resume === undefined) throw error;
        await scope.wait(backoff.waitAfter(error, scope.signal), undefined);
        if (scope.ended) return;
        continue;
      }
      last = { item };
      count += 1;
      backoff.reset();
      yield item;
    }
  } finally {
    scope.end();
  }
}
