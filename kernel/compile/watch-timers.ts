import type { CellWatchHost } from './typescript-internals.ts';

interface Timer {
  readonly run: () => void;
}

/**
 * tslab runs TypeScript's timer by hand at each cell and knows of one at most; a second fails all later cells. TypeScript has two:
 * when a file changes it rebuilds its program, and when a folder does it looks up anew what it had not found. This makes
 * one of them out of all that are pending.
 * @param onError hears what a rebuild threw; tslab could not go on after it
 */
export function joinWatchTimers(host: CellWatchHost, onError: (error: unknown) => void): void {
  const setOne = host.setTimeout?.bind(host);
  const clearOne = host.clearTimeout?.bind(host);
  if (setOne === undefined || clearOne === undefined) return;
  const pending = new Set<Timer>();
  let one: unknown;
  let isRunning = false;

  const runAll = (): void => {
    isRunning = true;
    // What the timers start themselves is run as well: a set goes on to what is added.
    for (const timer of pending) {
      pending.delete(timer);
      try {
        timer.run();
      } catch (error) {
        onError(error);
      }
    }
    isRunning = false;
    one = undefined;
  };
  host.setTimeout = (callback: (...args: unknown[]) => void, ms: number, ...args: unknown[]): Timer => {
    const timer = { run: () => callback(...args) };
    pending.add(timer);
    one ??= setOne(runAll, ms);
    return timer;
  };
  host.clearTimeout = (timer: Timer): void => {
    pending.delete(timer);
    // While the timers run, tslab's own is no more to be cleared.
    if (pending.size === 0 && one !== undefined && !isRunning) {
      clearOne(one);
      one = undefined;
    }
  };
}
