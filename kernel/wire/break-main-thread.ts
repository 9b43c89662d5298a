import { Session } from 'node:inspector';
import { setTimeout as wait } from 'node:timers/promises';

export interface MainThread {
  /** True once the main thread has seen the interrupt. */
  isBack(): boolean;
  /** True while it runs code of a cell; the compiler, broken off in the middle, would be of no more use. */
  isRunningCell(): boolean;
}

/** The main thread answers an interrupt within this time unless a cell keeps it busy. */
const askedMs = 250;
/** A busy loop that a cell started directly ends by SIGINT within this time; one behind an `await` does not. */
const signalMs = 350;
const pollMs = 20;

/**
 * Gets a busy main thread back to its event loop, where the interrupt waits that was posted to it: first by SIGINT, which ends
 * a script started with `breakOnSigint`, then by V8's own termination, which ends whatever runs.
 */
export async function breakMainThread(thread: MainThread): Promise<void> {
  if (await comesBack(thread, askedMs)) return;
  process.kill(process.pid, 'SIGINT');
  if (await comesBack(thread, signalMs)) return;
  const session = new Session();
  session.connectToMainThread();
  session.post('Runtime.terminateExecution', () => session.disconnect());
}

/** Waits until the thread is back (true), or has run a cell's code for so long without coming back (false). */
async function comesBack(thread: MainThread, limitMs: number): Promise<boolean> {
  for (let ranMs = 0; ranMs < limitMs;) {
    if (thread.isBack()) return true;
    await wait(pollMs);
    ranMs = thread.isRunningCell() ? ranMs + pollMs : 0;
  }
  return thread.isBack();
}
