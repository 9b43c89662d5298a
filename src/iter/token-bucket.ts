import { checkInteger, checkNumber } from './checks.ts';
import { realClock, type Clock } from './clock.ts';

export interface TokenBucketOptions {
  /** Tokens that come back each second. */
  readonly perSecond: number;
  /** Tokens that the bucket holds: so many may be taken at once after a quiet time. @default 1 */
  readonly burst?: number;
  /** @default realClock */
  readonly clock?: Clock;
}

export interface TakeTokensOptions {
  readonly signal?: AbortSignal | undefined;
}

interface Waiter {
  readonly count: number;
  readonly grant: () => void;
}

/**
 * A token bucket: it starts full, fills at a steady rate, and who finds too few tokens waits, first come, first
 * served. In any `t` seconds it gives at most `burst + perSecond · t` tokens.
 */
export class TokenBucket {
  readonly burst: number;
  readonly #perMs: number;
  readonly #clock: Clock;
  readonly #waiters: Waiter[] = [];
  #tokens: number;
  #filledMs: number;
  #cancelTimer: (() => void) | undefined;

  /** @throws RangeError for a rate that is not above 0 or a burst that is not an integer from 1 up. */
  constructor({ perSecond, burst = 1, clock = realClock }: TokenBucketOptions) {
    checkNumber('perSecond', perSecond, Number.MIN_VALUE);
    checkInteger('burst', burst, 1);
    this.burst = burst;
    this.#perMs = perSecond / 1_000;
    this.#clock = clock;
    this.#tokens = burst;
    this.#filledMs = clock.now();
  }

  /** Callers that wait for tokens. */
  get waiting(): number {
    return this.#waiters.length;
  }

  /**
   * Takes `count` tokens, waiting for them if need be.
   * @throws RangeError (as a rejection) for more than the bucket holds; the signal's reason when it aborts first, and
   * then no token is taken.
   */
  async take(count = 1, { signal }: TakeTokensOptions = {}): Promise<void> {
    checkInteger('count', count, 1, this.burst);
    signal?.throwIfAborted();
    this.#fill();
    if (this.#waiters.length === 0 && this.#has(count)) {
      this.#tokens -= count;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        count,
        grant: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        this.#serve();
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the reason is the caller's, as it is
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiters.push(waiter);
      this.#serve();
    });
  }

  #serve(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#fill();
    while (this.#waiters.length > 0 && this.#has(this.#waiters[0]!.count)) {
      const waiter = this.#waiters.shift()!;
      this.#tokens -= waiter.count;
      waiter.grant();
    }
    const first = this.#waiters[0];
    if (first === undefined) return;
    const waitMs = Math.ceil((first.count - this.#tokens) / this.#perMs);
    this.#cancelTimer = this.#clock.setTimer(() => this.#serve(), Math.max(1, waitMs));
  }

  #fill(): void {
    const nowMs = this.#clock.now();
    // A clock that was set back gives nothing and takes nothing.
    const elapsedMs = Math.max(0, nowMs - this.#filledMs);
    this.#tokens = Math.min(this.burst, this.#tokens + elapsedMs * this.#perMs);
    this.#filledMs = nowMs;
  }

  #has(count: number): boolean {
    return this.#tokens >= count - 1e-9;
  }
}
