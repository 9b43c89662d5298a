import { isMainThread, MessageChannel } from 'node:worker_threads';
import { Script } from 'node:vm';
import type { Came } from './exercise.ts';
import { watchForLoop } from './loop-watch.ts';

/** How much later than `vm` the other thread looks: it ends more than `vm` does, so it should be the second. */
const watcherLeadMs = 1_000;

/**
 * Runs strangers' code and always comes back: with its value, what it threw, or the word that it is stuck.
 *
 * An endless loop before the first `await` is ended by `vm`'s time limit. One after an `await` is out of `vm`'s sight:
 * another thread ends it through the inspector. (Measured on Node 20 and 24, on plain tslab and on the course's
 * kernel: both live on. A loop right inside a timer's callback, with no promise between, is the exception: V8 leaves
 * Node's bookkeeping of callbacks in pieces, and the process ends.)
 * @param limitMs how long it may keep the thread, and how long its promise may take to settle
 */
export async function runGuarded(work: () => unknown, limitMs: number): Promise<Came> {
  let settle!: (came: Came) => void;
  const came = new Promise<Came>((resolve) => (settle = resolve));
  const waited = setTimeout(() => settle({ stuck: 'waiting' }), limitMs);
  const endWatch = isMainThread
    ? watchForLoop(limitMs + watcherLeadMs, () => settle({ stuck: 'loop' }))
    : () => {};
  // In a task of its own, as a promise's reaction: no caller's frames are on the stack when V8 ends it.
  void nextTask().then(() => {
    try {
      const given = callWithLimit(work, limitMs);
      if (!isThenable(given)) return settle({ value: given });
      given.then(
        (value) => settle({ value }),
        (error: unknown) => settle({ error }),
      );
    } catch (error) {
      settle(isTimeLimit(error) ? { stuck: 'loop' } : { error });
    }
  });
  try {
    return await came;
  } finally {
    clearTimeout(waited);
    endWatch();
  }
}

const callsSymbol = Symbol.for('streaming-rag.guarded-call');
const script = new Script(`globalThis[Symbol.for('streaming-rag.guarded-call')]()`);

function callWithLimit(work: () => unknown, limitMs: number): unknown {
  const holder = globalThis as { [callsSymbol]?: () => unknown };
  holder[callsSymbol] = work;
  try {
    return script.runInThisContext({ timeout: limitMs, breakOnSigint: isMainThread });
  } finally {
    delete holder[callsSymbol];
  }
}

function isTimeLimit(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function nextTask(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise<void>((resolve) => {
    port2.once('message', () => {
      port1.close();
      resolve();
    });
    port1.postMessage(undefined);
  });
}
