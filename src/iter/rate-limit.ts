import { checkSource } from './checks.ts';
import { operator, type Scope, type Source, type Stream } from './operator.ts';
import { TokenBucket, type TokenBucketOptions } from './token-bucket.ts';

export interface RateLimitOptions extends TokenBucketOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Passes items on at most `perSecond` a second, `burst` of them at once after a quiet time. Waits before it pulls, so
 * that a source which calls a service is slowed, not only its results. Give a `TokenBucket` to share one limit among
 * several streams.
 */
export function rateLimit<Item>(
  source: Source<Item>,
  limit: RateLimitOptions | TokenBucket,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Stream<Item> {
  checkSource(source);
  const bucket = limit instanceof TokenBucket ? limit : new TokenBucket(limit);
  const signal = options.signal ?? (limit instanceof TokenBucket ? undefined : limit.signal);
  return operator([source], signal, (scope) => run(source, bucket, scope));
}

async function* run<Item>(source: Source<Item>, bucket: TokenBucket, scope: Scope): Stream<Item> {
  try {
    const reader = scope.open(source);
    for (;;) {
      scope.throwIfAborted();
      await scope.wait(bucket.take(1, { signal: scope.signal }), undefined);
      const step = await scope.read(reader);
      if (step.done) return;
      yield step.value;
    }
  } finally {
    scope.end();
  }
}
