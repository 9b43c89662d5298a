// Runs an Encoder off the main thread, so that the event loop of a service or a notebook keeps turning while it embeds.
import { parentPort, workerData } from 'node:worker_threads';
import { Encoder } from './encoder.ts';
import type { EncoderSettings, FromWorker, ToWorker } from './worker-protocol.ts';

const port = parentPort!;
const say = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
const words = (error: unknown) => (error instanceof Error ? error.message : String(error));

let encoder: Encoder | undefined;
const started = performance.now();
try {
  encoder = await Encoder.load(workerData as EncoderSettings, (file, loaded, total) =>
    say({ type: 'progress', file, loaded, total }),
  );
  await encoder.encode([''], { onVectors: () => {} }); // The first run allocates; better now than in the first question.
  say({
    type: 'ready',
    dimensions: encoder.dimensions,
    maxTokens: encoder.maxTokens,
    loadMs: performance.now() - started,
  });
} catch (error) {
  say({ type: 'failed', message: words(error) });
  port.close();
}

let queue: Promise<void> = Promise.resolve();
port.on('message', (message: ToWorker) => {
  queue = queue.then(() => handle(message));
});

async function handle(message: ToWorker): Promise<void> {
  if (encoder === undefined) return;
  if (message.type === 'close') {
    await encoder.dispose();
    port.close();
    return;
  }
  const { id, texts } = message;
  const stop = new Int32Array(message.stop);
  try {
    await encoder.encode(texts, {
      stopped: () => Atomics.load(stop, 0) === 1,
      onLong: (long) => say({ type: 'long', id, texts: long }),
      onVectors: (indices, matrix) =>
        say({ type: 'vectors', id, indices, matrix }, [matrix.buffer as ArrayBuffer]),
    });
    say({ type: 'done', id });
  } catch (error) {
    say({ type: 'error', id, message: words(error) });
  }
}
