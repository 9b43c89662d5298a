import { Worker } from 'node:worker_threads';
import { EmbeddingModelError } from './model-error.ts';
import type { EncoderSettings, FromWorker, LongText, ToWorker } from './worker-protocol.ts';

interface Request {
  readonly onVectors: (indices: readonly number[], matrix: Float32Array) => void;
  readonly onLong: (texts: readonly LongText[]) => void;
  readonly onEnd: (error?: Error) => void;
  /** Given, each text's token vectors come here and `onVectors` hears nothing. */
  readonly onTokens?: (index: number, matrix: Float32Array) => void;
}

/** The main thread's end of the worker: many requests at once, answered in the order they were made. */
export class EncoderThread {
  readonly dimensions: number;
  readonly maxTokens: number;
  readonly loadMs: number;
  readonly #name: string;
  readonly #worker: Worker;
  readonly #requests = new Map<number, Request>();
  #lastId = 0;
  #gone: Error | undefined;

  private constructor(name: string, worker: Worker, ready: FromWorker & { type: 'ready' }) {
    this.#name = name;
    this.#worker = worker;
    this.dimensions = ready.dimensions;
    this.maxTokens = ready.maxTokens;
    this.loadMs = ready.loadMs;
    for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event);
    worker.on('message', (message: FromWorker) => this.#receive(message));
    worker.on('error', (error) => this.#fail(error));
    worker.on('exit', (code) => this.#fail(new Error(`its thread ended with code ${code}`)));
    worker.unref(); // An idle model keeps no process alive.
  }

  /**
   * @throws EmbeddingModelError if the model does not load.
   * @throws `signal.reason` when aborted; the thread is ended.
   */
  static async start(
    settings: EncoderSettings,
    onProgress: (file: string, loaded: number, total: number) => void,
    signal?: AbortSignal,
  ): Promise<EncoderThread> {
    signal?.throwIfAborted();
    // ONNX Runtime 1.30 reports its use to its maker and keeps a device id in the home folder, unless told not to before
    // it is loaded. A worker's own environment is out of its sight, so the process is told; a choice of the user's stands.
    process.env.ORT_DISABLE_TELEMETRY ??= '1';
    // The same folder holds `worker.ts` when run from the sources and `worker.js` when built.
    const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
    // The program's own flags (`--eval`, `--inspect`, …) are not for this thread.
    const worker = new Worker(new URL(file, import.meta.url), { workerData: settings, execArgv: [] });
    const { promise, resolve, reject } = Promise.withResolvers<FromWorker & { type: 'ready' }>();
    const fail = (message: string, cause?: unknown) =>
      reject(new EmbeddingModelError(settings.name, `cannot be loaded: ${message}`, { cause }));
    const onAbort = () => reject(signal!.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'ready') resolve(message);
      else if (message.type === 'failed') fail(message.message);
      else if (message.type === 'progress') onProgress(message.file, message.loaded, message.total);
    });
    worker.on('error', (error) => fail(error.message, error));
    worker.on('exit', (code) => fail(`its thread ended with code ${code}`));
    try {
      return new EncoderThread(settings.name, worker, await promise);
    } catch (error) {
      for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event);
      void worker.terminate();
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Starts encoding; `stop()` ends it after the batch that is running, without a word to `request`. */
  encode(texts: readonly string[], urgent: boolean, request: Request): { stop: () => void } {
    if (this.#gone !== undefined) {
      request.onEnd(this.#gone);
      return { stop: () => {} };
    }
    const id = ++this.#lastId;
    this.#requests.set(id, request);
    this.#worker.ref();
    this.#send({ type: 'encode', id, texts, urgent, tokens: request.onTokens !== undefined });
    return {
      stop: () => {
        if (!this.#requests.has(id)) return;
        this.#send({ type: 'stop', id });
        this.#forget(id);
      },
    };
  }

  /** Frees the model and ends the thread; requests still under way end with an error. */
  async close(): Promise<void> {
    if (this.#gone !== undefined) return;
    const ended = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.ref();
    this.#send({ type: 'close' });
    const late = setTimeout(() => void this.#worker.terminate(), 5_000);
    this.#fail(new Error('it has been disposed of'));
    await ended;
    clearTimeout(late);
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromWorker): void {
    if (!('id' in message)) return;
    const request = this.#requests.get(message.id);
    if (request === undefined) return;
    if (message.type === 'vectors') request.onVectors(message.indices, message.matrix);
    else if (message.type === 'tokens') request.onTokens?.(message.index, message.matrix);
    else if (message.type === 'long') request.onLong(message.texts);
    else this.#end(message.id, request, message.type === 'error' ? new Error(message.message) : undefined);
  }

  #end(id: number, request: Request, error: Error | undefined): void {
    this.#forget(id);
    request.onEnd(error && new EmbeddingModelError(this.#name, error.message, { cause: error }));
  }

  #fail(error: Error): void {
    this.#gone ??= new EmbeddingModelError(this.#name, error.message, { cause: error });
    for (const [id, request] of this.#requests) this.#end(id, request, error);
  }

  #forget(id: number): void {
    this.#requests.delete(id);
    if (this.#requests.size === 0) this.#worker.unref();
  }
}
