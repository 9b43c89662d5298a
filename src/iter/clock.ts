import { setImmediate as nextTurn } from 'node:timers/promises';
import { checkNumber } from './checks.ts';

/** The time, and timers. Everything in this library that waits takes one. */
export interface Clock {
  /** Milliseconds since 1 January 1970 UTC. */
  now(): number;
  /**
   * Calls `callback` once, `delayMs` from now.
   * @returns takes the timer back; harmless when it has fired.
   */
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** `setTimeout` turns a longer delay into 1 ms. */
const longestDelayMs = 2 ** 31 - 1;

/** Turns of the event loop that work may take between two timers, far more than promises alone ever need. */
const patienceTurns = 1_000;

/** The machine's own time. */
export const realClock: Clock = {
  now: () => Date.now(),
  setTimer(callback, delayMs) {
    let timer: NodeJS.Timeout;
    const arm = (leftMs: number) => {
      timer =
        leftMs > longestDelayMs
          ? setTimeout(() => arm(leftMs - longestDelayMs), longestDelayMs)
          : setTimeout(callback, leftMs);
    };
    arm(delayMs);
    return () => clearTimeout(timer);
  },
};

interface VirtualTimer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/**
 * A clock that moves only when told to. Timers fire in the order of their times, and among equal times in the order
 * in which they were set; after each one, every promise that can settle settles before the next fires. The same
 * program therefore runs the same way every time, and hours pass in milliseconds.
 * @example
 * const clock = new VirtualClock();
 * const asleep = sleep(60_000, { clock });
 * await clock.advance(60_000);
 * await asleep;
 */
export class VirtualClock implements Clock {
  #nowMs: number;
  /** Sorted by `dueMs`; equal times in the order of setting. */
  readonly #timers: VirtualTimer[] = [];

  /** @param nowMs the time at the start. @default 0 */
  constructor(nowMs = 0) {
    checkNumber('nowMs', nowMs, 0);
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  /** Timers set and not yet fired or taken back. */
  get pendingTimers(): number {
    return this.#timers.length;
  }

  setTimer(callback: () => void, delayMs: number): () => void {
    checkNumber('delayMs', delayMs, 0);
    const timer: VirtualTimer = { dueMs: this.#nowMs + delayMs, callback };
    let at = this.#timers.length;
    while (at > 0 && this.#timers[at - 1]!.dueMs > timer.dueMs) at -= 1;
    this.#timers.splice(at, 0, timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  }

  /** Moves the time on by `durationMs`, firing what falls due on the way, timers set on the way included. */
  async advance(durationMs: number): Promise<void> {
    checkNumber('durationMs', durationMs, 0);
    const untilMs = this.#nowMs + durationMs;
    await nextTurn();
    while (this.#timers.length > 0 && this.#timers[0]!.dueMs <= untilMs) await this.#fireFirst();
    this.#nowMs = untilMs;
  }

  /**
   * Runs `work`, moving the time to the next timer whenever everything waits, until it settles. Work that waits for
   * files or sockets does not belong on a virtual clock.
   * @throws Error when `work` waits and no timer is left that could wake it: it would hang.
   * @returns what `work` returns.
   */
  async run<Value>(work: () => Promise<Value> | Value): Promise<Value> {
    const outcome = { settled: false };
    const settle = () => {
      outcome.settled = true;
    };
    const result = (async () => await work())();
    result.then(settle, settle);
    let idleTurns = 0;
    while (!outcome.settled) {
      await nextTurn();
      if (outcome.settled) break;
      if (this.#timers.length > 0) {
        await this.#fireFirst();
        idleTurns = 0;
      } else if ((idleTurns += 1) > patienceTurns) {
        throw new Error('The work waits, and no timer of this clock is left to wake it');
      }
    }
    return result;
  }

  async #fireFirst(): Promise<void> {
    const timer = this.#timers.shift()!;
    this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
    timer.callback();
    await nextTurn();
  }
}
