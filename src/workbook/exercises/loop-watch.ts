import { Worker } from 'node:worker_threads';

/** Words of the memory that both threads see. */
const word = { limitMs: 0, beats: 1, stopped: 2, pause: 3 };

// Plain text, because a worker in a file would have two names, one in src/ and one in the build.
const watcherSource = `
const { workerData: { shared, word } } = require('node:worker_threads');
const { Session } = require('node:inspector');
let seen = -1, sinceMs = 0;
for (;;) {
  Atomics.wait(shared, word.limitMs, 0);
  Atomics.wait(shared, word.pause, 0, 50);
  const limitMs = Atomics.load(shared, word.limitMs);
  const beats = Atomics.load(shared, word.beats);
  if (beats !== seen) { seen = beats; sinceMs = performance.now(); continue; }
  if (limitMs === 0 || performance.now() - sinceMs < limitMs) continue;
  Atomics.store(shared, word.stopped, 1);
  const session = new Session();
  session.connectToMainThread();
  session.post('Runtime.terminateExecution');
  session.disconnect();
  sinceMs = performance.now();
}`;

let shared: Int32Array | undefined;

function startWatcher(): Int32Array {
  if (shared !== undefined) return shared;
  shared = new Int32Array(new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT));
  const watcher = new Worker(watcherSource, { eval: true, workerData: { shared, word }, execArgv: [] });
  watcher.unref();
  return shared;
}

/**
 * Watches the main thread from another one, until the returned function is called: when it has not come back to its
 * event loop for `limitMs`, what it runs is ended by V8, and `onStopped` is called. All that ran is gone then, with
 * every `finally` of it, so whatever waits for it must be told by `onStopped`.
 */
export function watchForLoop(limitMs: number, onStopped: () => void): () => void {
  const memory = startWatcher();
  Atomics.store(memory, word.stopped, 0);
  Atomics.add(memory, word.beats, 1);
  Atomics.store(memory, word.limitMs, limitMs);
  Atomics.notify(memory, word.limitMs);
  const beat = setInterval(() => {
    Atomics.add(memory, word.beats, 1);
    if (Atomics.load(memory, word.stopped) === 0) return;
    end();
    onStopped();
  }, 50);
  const end = () => {
    clearInterval(beat);
    Atomics.store(memory, word.limitMs, 0);
  };
  return end;
}
