import { checkInteger } from './checks.ts';

export interface AcquireOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The right to do something, until it is given back. Giving it back twice does nothing more. */
export interface Permit extends Disposable, AsyncDisposable {
  release(): void;
}

/**
 * Lets at most `permits` pieces of work run at once; the others wait, first come, first served. Somebody who holds a
 * permit and waits for a second of the same semaphore can wait for ever: take one for the whole of the work.
 * @example
 * await using permit = await semaphore.acquire({ signal });
 */
export class Semaphore {
  readonly #permits: number;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  /** @throws RangeError unless `permits` is an integer from 1 up. */
  constructor(permits: number) {
    checkInteger('permits', permits, 1);
    this.#permits = permits;
  }

  /** Permits that nobody holds. */
  get available(): number {
    return this.#permits - this.#taken;
  }

  /** Callers that wait for a permit. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** @throws the signal's reason (as a rejection) when it aborts before the permit is there; nothing is taken then. */
  async acquire({ signal }: AcquireOptions = {}): Promise<Permit> {
    signal?.throwIfAborted();
    if (this.#taken < this.#permits) {
      this.#taken += 1;
    } else {
      await new Promise<void>((resolve, reject) => {
        const grant = () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        };
        const onAbort = () => {
          this.#waiting.splice(this.#waiting.indexOf(grant), 1);
          // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the reason is the caller's, as it is
          reject(signal?.reason);
        };
        this.#waiting.push(grant);
        signal?.addEventListener('abort', onAbort, { once: true });
      });
    }
    return this.#permit();
  }

  /** Runs `work` with a permit, given back however it ends. */
  async run<Value>(work: () => Promise<Value> | Value, options: AcquireOptions = {}): Promise<Value> {
    const permit = await this.acquire(options);
    try {
      return await work();
    } finally {
      permit.release();
    }
  }

  #permit(): Permit {
    let held = true;
    const release = () => {
      if (!held) return;
      held = false;
      // The permit passes straight to the first in line: a newcomer cannot slip in between.
      const grant = this.#waiting.shift();
      if (grant === undefined) this.#taken -= 1;
      else grant();
    };
    return { release, [Symbol.dispose]: release, [Symbol.asyncDispose]: async () => release() };
  }
}
