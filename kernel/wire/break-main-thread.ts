import { Session } from 'node:inspector';
import { setTimeout as wait } from 'node:timers/promises';

export interface MainThread {
  /** True once the main thread has seen the interrupt. */
  readonly isBack: () => boolean;
  /** Asks for another sign of life. */
  readonly ping: () => () => boolean;
  /** True while the compiler is at work; broken off in the middle, it would be of no more use. */
  readonly isCompiling: () => boolean;
  /** How many cells have been started. */
  readonly runs: () => number;
}

/** The main thread answers within this time unless something keeps it busy. */
const answerMs = 250;
/** A busy loop that a cell started directly ends by SIGINT within this time; one behind an `await` does not. */
const signalMs = 350;
/** For so long after an interrupt a busy loop is taken for a rest of the interrupted cell. */
const watchMs = 1500;
const pollMs = 20;

/**
 * Gets a busy main thread back to its event loop, where the interrupt waits that was posted to it: first by SIGINT, which ends
 * a script started with `breakOnSigint`, then by V8's own termination, which ends whatever runs. And does so again if what the
 * interrupted cell left behind, say a loop after the `await` that was broken off, keeps the thread busy anew.
 */
export async function breakMainThread(thread: MainThread): Promise<void> {
  const runs = thread.runs();
  if (!(await answers(thread, thread.isBack, answerMs))) {
    process.kill(process.pid, 'SIGINT');
    if (!(await answers(thread, thread.isBack, signalMs))) terminate();
  }
  const until = performance.now() + watchMs;
  while (performance.now() < until && thread.runs() === runs) {
    const isBack = thread.ping();
    if (!(await answers(thread, isBack, answerMs)) && thread.runs() === runs) terminate();
    await wait(pollMs);
  }
}

/** Waits until the thread has answered (true), or has been at something else than compiling for so long (false). */
async function answers(thread: MainThread, isBack: () => boolean, limitMs: number): Promise<boolean> {
  for (let busyMs = 0; busyMs < limitMs;) {
    if (isBack()) return true;
    await wait(pollMs);
    busyMs = thread.isCompiling() ? 0 : busyMs + pollMs;
  }
  return isBack();
}

function terminate(): void {
  const session = new Session();
  session.connectToMainThread();
  session.post('Runtime.terminateExecution', () => session.disconnect());
}
