/** A source that counts what is done to it, and fails a test that pulls it twice at once. */
export class TrackedSource implements AsyncIterable<number> {
  /** Answered pulls, and those still open. */
  pulls = 0;
  opened = 0;
  closed = 0;
  overlapped = false;
  readonly #count: number;
  readonly #failAt: number;
  readonly #hangAt: number;
  #pending = false;
  /** Resolves once the pull that hangs has begun. */
  readonly hanging: Promise<void>;
  #hang!: () => void;

  constructor({ count = Infinity, failAt = Infinity, hangAt = Infinity } = {}) {
    this.#count = count;
    this.#failAt = failAt;
    this.#hangAt = hangAt;
    this.hanging = new Promise((resolve) => {
      this.#hang = resolve;
    });
  }

  [Symbol.asyncIterator](): AsyncIterator<number, undefined> {
    this.opened += 1;
    return {
      next: async () => {
        if (this.#pending) this.overlapped = true;
        this.#pending = true;
        const index = this.pulls;
        this.pulls += 1;
        await Promise.resolve();
        if (index === this.#hangAt) {
          this.#hang();
          await new Promise<never>(() => undefined);
        }
        this.#pending = false;
        if (index === this.#failAt) throw new Error('the source failed');
        return index >= this.#count ? { done: true, value: undefined } : { done: false, value: index };
      },
      return: async () => {
        this.closed += 1;
        return { done: true, value: undefined };
      },
    };
  }
}

/** Lets every promise settle that can, several turns of the event loop long. */
export async function settle(turns = 5): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
