import { checkFunction, checkInteger, checkNumber } from './checks.ts';
import { realClock, type Clock } from './clock.ts';
import { parseRetryAfter } from './retry-after.ts';
import { isRetryableError, retryAfterHeader } from './retryable.ts';
import { sleep } from './sleep.ts';

export interface RetryOptions {
  /** Tries after the first. @default 3 */
  readonly maxRetries?: number;
  /** Longest wait before the first retry; it doubles with each. @default 500 */
  readonly baseDelayMs?: number;
  /** Longest wait of our own choosing. A server's `Retry-After` may ask for more. @default 30_000 */
  readonly maxDelayMs?: number;
  /** Longest time from the start that a retry may begin. @default 120_000 */
  readonly budgetMs?: number;
  /** @default isRetryableError: bugs and aborts are never retried */
  readonly isRetryable?: (error: unknown) => boolean;
  /** Called before each wait. */
  readonly onRetry?: (retry: RetryEvent) => void;
  readonly signal?: AbortSignal | undefined;
  /** @default realClock */
  readonly clock?: Clock;
  /** A number from 0 up to 1. @default Math.random */
  readonly random?: () => number;
}

export interface RetryEvent {
  readonly error: unknown;
  /** Retries so far, from 1. */
  readonly retry: number;
  readonly delayMs: number;
}

/** What each try is told. */
export interface Attempt {
  /** Tries before this one. */
  readonly retry: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs `operation` until it succeeds, or fails in a way that a retry cannot mend.
 *
 * Waits a random time from 0 to `baseDelayMs · 2ⁿ`, `maxDelayMs` at most (full jitter, so that many clients do not
 * come back together); a `Retry-After` that the error carries is obeyed to the millisecond instead. A wait that would
 * end beyond the budget is not begun.
 * @throws the last error of `operation`, as it was; the signal's reason when it aborts, also during a wait.
 */
export async function retry<Value>(
  operation: (attempt: Attempt) => Promise<Value> | Value,
  options: RetryOptions = {},
): Promise<Value> {
  checkFunction('operation', operation);
  const { signal } = options;
  const backoff = new Backoff(options);
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await operation({ retry: backoff.retries, signal });
    } catch (error) {
      signal?.throwIfAborted();
      await backoff.waitAfter(error, signal);
    }
  }
}

/** The waits between the tries of one operation. */
export class Backoff {
  readonly #maxRetries: number;
  readonly #baseDelayMs: number;
  readonly #maxDelayMs: number;
  readonly #endMs: number;
  readonly #isRetryable: (error: unknown) => boolean;
  readonly #onRetry: ((retry: RetryEvent) => void) | undefined;
  readonly #clock: Clock;
  readonly #random: () => number;
  #retries = 0;

  constructor(options: RetryOptions) {
    checkRetryOptions(options);
    this.#maxRetries = options.maxRetries ?? 3;
    this.#baseDelayMs = options.baseDelayMs ?? 500;
    this.#maxDelayMs = options.maxDelayMs ?? 30_000;
    this.#isRetryable = options.isRetryable ?? isRetryableError;
    this.#onRetry = options.onRetry;
    this.#clock = options.clock ?? realClock;
    this.#random = options.random ?? Math.random;
    this.#endMs = this.#clock.now() + (options.budgetMs ?? 120_000);
  }

  get retries(): number {
    return this.#retries;
  }

  /** Things go well again: the next failure is a first one. */
  reset(): void {
    this.#retries = 0;
  }

  /** Waits as long as the failure asks for. @throws the failure itself when no retry may follow. */
  async waitAfter(error: unknown, signal: AbortSignal | undefined): Promise<void> {
    if (this.#retries >= this.#maxRetries || !this.#isRetryable(error)) throw error;
    const askedMs = parseRetryAfter(retryAfterHeader(error), this.#clock.now());
    const longestMs = Math.min(this.#maxDelayMs, this.#baseDelayMs * 2 ** this.#retries);
    const delayMs = askedMs ?? this.#random() * longestMs;
    // Never earlier than asked: a retry that has no time left is none.
    if (this.#clock.now() + delayMs > this.#endMs) throw error;
    this.#retries += 1;
    this.#onRetry?.({ error, retry: this.#retries, delayMs });
    await sleep(delayMs, { signal, clock: this.#clock });
  }
}

export function checkRetryOptions(options: RetryOptions): void {
  const { maxRetries = 3, baseDelayMs = 500, maxDelayMs = 30_000, budgetMs = 120_000 } = options;
  checkInteger('maxRetries', maxRetries, 0);
  checkNumber('baseDelayMs', baseDelayMs, 0);
  checkNumber('maxDelayMs', maxDelayMs, 0);
  checkNumber('budgetMs', budgetMs, 0);
  if (options.isRetryable !== undefined) checkFunction('isRetryable', options.isRetryable);
}
