import type { Clock } from '../iter/clock.ts';

/**
 * Fires once when nothing was heard for too long. One timer for a whole stream: each event only notes the time, and a
 * reader that takes its time is not mistaken for a silent source.
 */
export class SilenceTimer {
  readonly #clock: Clock;
  readonly #onSilence: () => void;
  #limitMs = 0;
  /** Infinity while nobody waits. */
  #waitingSinceMs = Infinity;
  #cancelTimer: (() => void) | undefined;
  #fired = false;

  constructor(clock: Clock, onSilence: () => void) {
    this.#clock = clock;
    this.#onSilence = onSilence;
  }

  get fired(): boolean {
    return this.#fired;
  }

  /** We wait for the source from now on, for at most `limitMs`. */
  listen(limitMs: number): void {
    this.#waitingSinceMs = this.#clock.now();
    if (limitMs < this.#limitMs || this.#cancelTimer === undefined) {
      this.stop();
      this.#arm(limitMs);
    }
    this.#limitMs = limitMs;
  }

  /** The source has spoken; what happens now is the reader's time. */
  pause(): void {
    this.#waitingSinceMs = Infinity;
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #arm(delayMs: number): void {
    this.#cancelTimer = this.#clock.setTimer(() => {
      this.#cancelTimer = undefined;
      const silentMs = Math.max(0, this.#clock.now() - this.#waitingSinceMs);
      if (silentMs < this.#limitMs) return this.#arm(this.#limitMs - silentMs);
      this.#fired = true;
      this.#onSilence();
    }, delayMs);
  }
}
