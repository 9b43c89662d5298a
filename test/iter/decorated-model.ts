import type { VirtualClock } from '../../src/iter/clock.ts';
import type { rateLimited, retryWithBackoff } from '../../src/iter/generator-wrappers.ts';

/** Neither Node's nor Vitest's own TypeScript knows decorators yet: the test compiles this file with the compiler. */
export interface Tools {
  readonly retryWithBackoff: typeof retryWithBackoff;
  readonly rateLimited: typeof rateLimited;
  readonly clock: VirtualClock;
}

/** A model that is busy twice, and notes when it was asked. */
export function makeModel({ retryWithBackoff, rateLimited, clock }: Tools) {
  class Model {
    readonly begun: number[] = [];
    readonly name = 'model';
    #failures = 2;

    @retryWithBackoff({ maxRetries: 3, clock, random: () => 0 })
    @rateLimited({ requestsPerSecond: 10, clock })
    async *tokens(prompt: string) {
      this.begun.push(clock.now());
      this.#failures -= 1;
      if (this.#failures >= 0) throw Object.assign(new Error('busy'), { status: 503 });
      yield `${this.name}: ${prompt}`;
    }
  }
  return new Model();
}
