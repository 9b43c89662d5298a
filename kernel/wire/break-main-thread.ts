import { Session } from 'node:inspector';
import { setTimeout as wait } from 'node:timers/promises';

/** The main thread answers an interrupt within this time unless a cell keeps it busy. */
const askedMs = 250;
/** A busy loop that a cell started directly ends by SIGINT within this time; one behind an `await` does not. */
const signalMs = 350;

/**
 * Gets a busy main thread back to its event loop, where the interrupt waits that was posted to it: first by SIGINT, which ends
 * a script started with `breakOnSigint`, then by V8's own termination, which ends whatever runs.
 */
export async function breakMainThread(isBack: () => boolean): Promise<void> {
  await wait(askedMs);
  if (isBack()) return;
  process.kill(process.pid, 'SIGINT');
  await wait(signalMs);
  if (isBack()) return;
  const session = new Session();
  session.connectToMainThread();
  session.post('Runtime.terminateExecution', () => session.disconnect());
}
