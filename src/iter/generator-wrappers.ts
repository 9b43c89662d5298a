import { checkInteger } from './checks.ts';
import { operator, type Scope, type Source, type Stream } from './operator.ts';
import { checkRetryOptions, type Attempt, type RetryOptions } from './retry.ts';
import { retryStream } from './retry-stream.ts';
import { TokenBucket, type TokenBucketOptions } from './token-bucket.ts';

type GeneratorFunction<This, Args extends unknown[], Item> = (this: This, ...args: Args) => Source<Item>;
type WrappedFunction<This, Args extends unknown[], Item> = (this: This, ...args: Args) => Stream<Item>;

/**
 * A wrapper of async generator functions. The second argument is there for the language: as a standard decorator it
 * gets the context of the method.
 */
export type GeneratorWrapper<Item> = <This, Args extends unknown[], Given extends Item>(
  generator: GeneratorFunction<This, Args, Given>,
  context?: ClassMethodDecoratorContext<This, GeneratorFunction<This, Args, Given>>,
) => WrappedFunction<This, Args, Given>;

export interface RetryWithBackoffOptions<Item> extends RetryOptions {
  /** As in `retryStream`, with the arguments of the call: without it, no retry after the first item. */
  readonly resume?: (
    lastItem: Item,
    count: number,
    args: readonly unknown[],
    attempt: Attempt,
  ) => Source<Item>;
}

/**
 * `retryStream` for an async generator function: each call of the wrapped function is tried again until its first
 * item, or on from the last one where `resume` can continue it.
 * @example
 * class Model {
 *   @retryWithBackoff({ maxRetries: 3 })
 *   @rateLimited({ requestsPerSecond: 10 })
 *   async *tokens(prompt: string) { … }
 * }
 * const tokens = retryWithBackoff({ maxRetries: 3 })(async function* (prompt: string) { … });
 */
export function retryWithBackoff<Item = unknown>(
  options: RetryWithBackoffOptions<Item> = {},
): GeneratorWrapper<Item> {
  checkRetryOptions(options);
  const { resume, ...retryOptions } = options;
  return <This, Args extends unknown[], Given extends Item>(
    generator: GeneratorFunction<This, Args, Given>,
  ): WrappedFunction<This, Args, Given> =>
    function wrapped(...args) {
      const open = () => generator.apply(this, args);
      if (resume === undefined) return retryStream(open, retryOptions);
      return retryStream(open, {
        ...retryOptions,
        resume: (lastItem, count, attempt) => resume(lastItem, count, args, attempt) as Source<Given>,
      });
    };
}

export interface RateLimitedOptions extends Omit<TokenBucketOptions, 'perSecond'> {
  /** Calls that may begin each second, all callers of the wrapped function together. */
  readonly requestsPerSecond: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A rate limit for an async generator function: each call waits for a token, at its first pull, before the function
 * begins. All calls of one wrapped function share the bucket; for a decorated method, those of all instances. Under
 * `retryWithBackoff` each retry takes a token of its own.
 */
export function rateLimited({
  requestsPerSecond,
  burst = 1,
  signal,
  clock,
}: RateLimitedOptions): GeneratorWrapper<unknown> {
  checkInteger('burst', burst, 1);
  const bucket = new TokenBucket({ perSecond: requestsPerSecond, burst, ...(clock && { clock }) });
  return (generator) =>
    function wrapped(...args) {
      const open = () => generator.apply(this, args);
      return operator([], signal, (scope) => runLimited(open, bucket, scope));
    };
}

async function* runLimited<Item>(open: () => Source<Item>, bucket: TokenBucket, scope: Scope): Stream<Item> {
  try {
    scope.throwIfAborted();
    await scope.wait(bucket.take(1, { signal: scope.signal }), undefined);
    if (scope.ended) return;
    const reader = scope.open(open());
    for (;;) {
      const step = await scope.read(reader);
      if (step.done) return;
      yield step.value;
    }
  } finally {
    scope.end();
  }
}
