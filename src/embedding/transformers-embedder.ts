import { isAbsolute, resolve } from 'node:path';
import { bundledModel, bundledModelFolder } from './bundled-model.ts';
import type { EmbedKind, EmbedOptions, Embedder } from './embedder.ts';
import { EncoderThread } from './encoder-thread.ts';
import { EmbeddingModelError } from './model-error.ts';
import { type LongText } from './worker-protocol.ts';

export type { LongText } from './worker-protocol.ts';

export interface TransformersEmbedderOptions {
  /** The bundled model when not given; a folder (a path with `/` that is absolute or starts with `.`); else a hub id, which needs `allowDownload`. */
  readonly model?: string;
  /** Allow the model's files to be downloaded from the hub. @default false */
  readonly allowDownload?: boolean;
  /** Folder for downloaded files. */
  readonly cacheFolder?: string;
  /** Weights, as transformers.js names them: `fp32`, `fp16`, `q8`, `q4`, … @default 'q8' */
  readonly dtype?: string;
  /** `cpu`, or `webgpu` where there is one. @default 'cpu' */
  readonly device?: string;
  /** Threads for one batch, from 1. @default ONNX Runtime's choice: the physical cores */
  readonly threads?: number;
  /** Which token vectors make the text's vector. @default 'mean' */
  readonly pooling?: 'mean' | 'cls';
  /** Put before each text, as the model was trained. @default `query: `/`passage: ` for the E5 family, else nothing */
  readonly prefixes?: Readonly<Record<EmbedKind, string>>;
  /** Shorten the model's longest text, in tokens, from 8. Longer texts are split and pooled. */
  readonly maxTokens?: number;
  /** Most tokens of a batch, padding included, from 1. @default 2048 */
  readonly maxBatchTokens?: number;
  /** Texts that are sorted by length together, from 1; two such windows are read ahead of the reader. @default 256 */
  readonly windowSize?: number;
  /** Told of each text that is longer than the model's limit and was split. */
  readonly onLongText?: (text: LongText) => void;
  /** Told of bytes read while files download. */
  readonly onProgress?: (progress: { file: string; loaded: number; total: number }) => void;
  readonly signal?: AbortSignal | undefined;
}

/** An integer option at the door. */
function checkInteger(name: string, value: number | undefined, least: number): void {
  if (value !== undefined && (!Number.isSafeInteger(value) || value < least)) {
    throw new RangeError(`\`${name}\` must be an integer from ${least} up, got ${value}`);
  }
}

/**
 * Embeds on this machine, through `@xenova/transformers` and ONNX Runtime, on a thread of its own. Texts are read in
 * windows, tokenised once, sorted by length, run in batches, and given back in the order of the input.
 */
export class TransformersEmbedder implements Embedder {
  readonly model: string;
  readonly dimensions: number;
  readonly maxTokens: number;
  /** Time the model took to load, in milliseconds. */
  readonly loadMs: number;
  readonly #thread: EncoderThread;
  readonly #prefixes: Readonly<Record<EmbedKind, string>>;
  readonly #windowSize: number;
  readonly #onLongText: (text: LongText) => void;

  private constructor(
    model: string,
    thread: EncoderThread,
    { prefixes, windowSize = 256, onLongText = () => {} }: TransformersEmbedderOptions,
  ) {
    this.model = model;
    this.dimensions = thread.dimensions;
    this.maxTokens = thread.maxTokens;
    this.loadMs = thread.loadMs;
    this.#thread = thread;
    this.#prefixes =
      prefixes ??
      (/(^|\/)(multilingual-)?e5-/.test(model)
        ? { query: 'query: ', passage: 'passage: ' }
        : { query: '', passage: '' });
    this.#windowSize = windowSize;
    this.#onLongText = onLongText;
  }

  /**
   * Loads a model and waits until it can embed.
   *
   * @throws RangeError for an option out of its range.
   * @throws EmbeddingModelError if a file is missing or damaged, or a download is needed and not allowed.
   * @throws `signal.reason` when aborted while loading.
   */
  static async load(options: TransformersEmbedderOptions = {}): Promise<TransformersEmbedder> {
    const {
      model = bundledModelFolder,
      allowDownload = false,
      maxBatchTokens = 2048,
      onProgress = () => {},
    } = options;
    checkInteger('threads', options.threads, 1);
    checkInteger('maxTokens', options.maxTokens, 8);
    checkInteger('maxBatchTokens', maxBatchTokens, 1);
    checkInteger('windowSize', options.windowSize, 1);
    const isFolder = isAbsolute(model) || model.startsWith('.');
    const name = options.model === undefined ? bundledModel : model;
    if (!isFolder && !allowDownload) {
      throw new EmbeddingModelError(
        model,
        'a hub model must be downloaded, and downloads are off. Pass `allowDownload: true`, or the path of a folder.',
      );
    }
    const thread = await EncoderThread.start(
      {
        name,
        source: isFolder ? resolve(model) : model,
        remote: !isFolder,
        cacheFolder: options.cacheFolder,
        dtype: options.dtype ?? 'q8',
        device: options.device ?? 'cpu',
        threads: options.threads,
        pooling: options.pooling ?? 'mean',
        maxTokens: options.maxTokens,
        maxBatchTokens,
      },
      (file, loaded, total) => onProgress({ file, loaded, total }),
      options.signal,
    );
    return new TransformersEmbedder(name, thread, options);
  }

  /**
   * Unit vectors in the order of `texts`. Reads at most two windows ahead of the reader; closes `texts` when the reader
   * stops, on an error and on abort, and stops computing after the batch that is running.
   *
   * @throws TypeError if an item of `texts` is not a string, naming its position.
   * @throws EmbeddingModelError if the model's thread has ended.
   * @throws `signal.reason` when aborted.
   */
  embed(
    texts: AsyncIterable<string> | Iterable<string>,
    { kind = 'passage', signal }: EmbedOptions = {},
  ): AsyncGenerator<Float32Array, void, undefined> {
    if (typeof texts === 'string')
      throw new TypeError('`texts` must be a list of strings, got one string: wrap it in [ ]');
    if (kind !== 'query' && kind !== 'passage') {
      throw new RangeError(`\`kind\` must be 'query' or 'passage', got '${String(kind)}'`);
    }
    return this.#embed(texts, kind, signal);
  }

  async *#embed(
    texts: AsyncIterable<string> | Iterable<string>,
    kind: EmbedKind,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Float32Array, void, undefined> {
    signal?.throwIfAborted();
    const iterator = Symbol.asyncIterator in texts ? texts[Symbol.asyncIterator]() : texts[Symbol.iterator]();
    const windows: Window[] = [];
    let index = 0;
    let sourceDone = false;
    const readWindow = async () => {
      const first = index;
      const window: string[] = [];
      while (window.length < this.#windowSize) {
        const next = await iterator.next();
        signal?.throwIfAborted();
        if (next.done) {
          sourceDone = true;
          break;
        }
        if (typeof next.value !== 'string') {
          throw new TypeError(`\`texts\` must hold strings, got ${typeof next.value} at position ${index}`);
        }
        window.push(this.#prefixes[kind] + next.value);
        index++;
      }
      if (window.length > 0) windows.push(new Window(this.#thread, window, first, this.#onLongText, signal));
    };
    try {
      await readWindow();
      while (windows.length > 0) {
        if (!sourceDone) await readWindow();
        const window = windows[0]!;
        for (let row = 0; row < window.size; row++) yield await window.vector(row);
        windows.shift()!.stop();
      }
    } finally {
      for (const window of windows) window.stop();
      // Not awaited: a source that is parked in an await of its own would hang the reader's `break`.
      if (!sourceDone) void Promise.resolve(iterator.return?.()).catch(() => {});
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread.close();
  }
}

/** The vectors of one window as they come, in batches sorted by length. */
class Window {
  readonly size: number;
  readonly #vectors: (Float32Array | undefined)[];
  readonly #encoding: { stop: () => void };
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = () => {
    this.#encoding.stop();
    this.#wake();
  };
  #ended = false;
  #error: Error | undefined;
  #wake: () => void = () => {};

  constructor(
    thread: EncoderThread,
    texts: readonly string[],
    first: number,
    onLongText: (text: LongText) => void,
    signal: AbortSignal | undefined,
  ) {
    this.size = texts.length;
    this.#signal = signal;
    const vectors: (Float32Array | undefined)[] = Array.from({ length: texts.length });
    this.#vectors = vectors;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#encoding = thread.encode(texts, {
      onLong: (long) => {
        for (const text of long) onLongText({ ...text, index: first + text.index });
      },
      onVectors: (indices, matrix) => {
        for (const [row, index] of indices.entries()) {
          // A copy each: a kept vector must not keep its whole batch.
          vectors[index] = matrix.slice(row * thread.dimensions, (row + 1) * thread.dimensions);
        }
        this.#wake();
      },
      onEnd: (error) => {
        this.#ended = true;
        this.#error = error;
        this.#wake();
      },
    });
  }

  async vector(row: number): Promise<Float32Array> {
    for (;;) {
      this.#signal?.throwIfAborted();
      const vector = this.#vectors[row];
      if (vector !== undefined) {
        this.#vectors[row] = undefined;
        return vector;
      }
      if (this.#error !== undefined) throw this.#error;
      if (this.#ended) throw new Error(`The model gave no vector for text ${row} of its window`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  stop(): void {
    this.#encoding.stop();
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }
}
