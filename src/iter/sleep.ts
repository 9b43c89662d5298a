import { checkNumber } from './checks.ts';
import { realClock, type Clock } from './clock.ts';

export interface SleepOptions {
  /** Wakes the sleeper at once, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** @default realClock */
  readonly clock?: Clock;
}

/**
 * Resolves `delayMs` milliseconds from now. Leaves no timer and no listener behind, whichever way it ends.
 * @throws RangeError (as a rejection) for a delay that is negative or not finite.
 * @throws the signal's reason, untouched, when it aborts before or during the wait.
 */
export async function sleep(
  delayMs: number,
  { signal, clock = realClock }: SleepOptions = {},
): Promise<void> {
  checkNumber('delayMs', delayMs, 0);
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => {
      cancelTimer();
      // The reason belongs to whoever aborted; it need not be an Error.
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors
      reject(signal?.reason);
    };
    const cancelTimer = clock.setTimer(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, delayMs);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
