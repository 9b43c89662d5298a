// Runs an Encoder off the main thread, so that the event loop of a service or a notebook keeps turning while it embeds.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { Encoder } from './encoder.ts';
import type { EncoderSettings, FromWorker, ToWorker } from './worker-protocol.ts';

/** What one batch gave: messages, and the buffers that go along. */
type Batch = readonly (FromWorker & { readonly matrix: Float32Array })[];

/** A request under way: its generator runs one batch a pull. */
interface Job {
  readonly id: number;
  readonly urgent: boolean;
  readonly batches: AsyncGenerator<Batch, void, undefined>;
}

const port = parentPort!;
const say = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
const words = (error: unknown) => (error instanceof Error ? error.message : String(error));

const jobs: Job[] = [];
let running = false;
let closing = false;

const started = performance.now();
try {
  const encoder = await Encoder.load(workerData as EncoderSettings, (file, loaded, total) =>
    say({ type: 'progress', file, loaded, total }),
  );
  await Array.fromAsync(encoder.encode([''])); // The first run allocates; better now than in the first question.
  port.on('message', (message: ToWorker) => receive(encoder, message));
  const { dimensions, maxTokens } = encoder;
  say({ type: 'ready', dimensions, maxTokens, loadMs: performance.now() - started });
} catch (error) {
  say({ type: 'failed', message: words(error) });
  port.close();
}

function receive(encoder: Encoder, message: ToWorker): void {
  if (message.type === 'encode') {
    const { id, urgent } = message;
    jobs.push({ id, urgent, batches: batchesOf(encoder, message) });
  } else if (message.type === 'stop') {
    const at = jobs.findIndex((job) => job.id === message.id);
    if (at >= 0) jobs.splice(at, 1);
  } else {
    jobs.length = 0;
    closing = true;
  }
  if (!running) void work(encoder);
}

async function* batchesOf(
  encoder: Encoder,
  { id, texts, tokens = false }: ToWorker & { type: 'encode' },
): AsyncGenerator<Batch, void, undefined> {
  if (tokens) {
    for await (const batch of encoder.encodeTokens(texts))
      yield batch.map((text) => ({ type: 'tokens', id, ...text }));
    return;
  }
  for await (const batch of encoder.encode(texts, (long) => say({ type: 'long', id, texts: long })))
    yield [{ type: 'vectors', id, ...batch }];
}

/** Runs one batch after the other until there is none; between two, messages are heard. */
async function work(encoder: Encoder): Promise<void> {
  running = true;
  for (;;) {
    await nextTurn();
    const job = jobs.find(({ urgent }) => urgent) ?? jobs[0];
    if (job === undefined) break;
    await oneBatch(job);
  }
  running = false;
  if (!closing) return;
  await encoder.dispose();
  port.close();
}

async function oneBatch(job: Job): Promise<void> {
  let end: FromWorker | undefined;
  try {
    const { done, value } = await job.batches.next();
    if (done === true) end = { type: 'done', id: job.id };
    else for (const message of value) say(message, [message.matrix.buffer as ArrayBuffer]);
  } catch (error) {
    end = { type: 'error', id: job.id, message: words(error) };
  }
  if (end === undefined) return;
  say(end);
  const at = jobs.indexOf(job);
  if (at >= 0) jobs.splice(at, 1);
}
