import { isAbsolute, resolve } from 'node:path';
import { checkInteger, shown } from '../iter/checks.ts';
import { type Scope, type Source, operator } from '../iter/operator.ts';
import { bundledModel, bundledModelFolder } from './bundled-model.ts';
import type { EmbedKind, EmbedOptions, Embedder, TokenEmbedder, TokenVectors } from './embedder.ts';
import { EncoderThread } from './encoder-thread.ts';
import { EncodedWindow } from './encoded-window.ts';
import { EmbeddingModelError } from './model-error.ts';
import { checkTexts, textWindows } from './text-windows.ts';
import type { LongText } from './worker-protocol.ts';

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
  /** Most tokens of a batch, padding included, from 1. Larger ones leave the processor’s caches. @default 256 */
  readonly maxBatchTokens?: number;
  /** Texts that are sorted by length together, from 1; two such windows are read ahead of the reader. @default 128 */
  readonly windowSize?: number;
  /** Told of each text that is longer than the model's limit and was split. */
  readonly onLongText?: (text: LongText) => void;
  /** Told of bytes read while files download. */
  readonly onProgress?: (progress: { file: string; loaded: number; total: number }) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Embeds on this machine, through `@xenova/transformers` and ONNX Runtime, on a thread of its own. Texts are read in
 * windows, tokenised once, sorted by length, run in batches, and given back in the order of the input.
 */
export class TransformersEmbedder implements Embedder, TokenEmbedder {
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
    { prefixes, windowSize = 128, onLongText = () => {} }: TransformersEmbedderOptions,
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
      maxBatchTokens = 256,
      onProgress = () => {},
    } = options;
    checkInteger('threads', options.threads ?? 1, 1);
    checkInteger('maxTokens', options.maxTokens ?? 8, 8);
    checkInteger('maxBatchTokens', maxBatchTokens, 1);
    checkInteger('windowSize', options.windowSize ?? 1, 1);
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
   * Unit vectors in the order of `texts`; queries go ahead of passages that are being embedded. Reads at most two windows ahead of the reader; closes `texts` when the reader
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
    checkTexts(texts);
    if (kind !== 'query' && kind !== 'passage') {
      throw new RangeError(`\`kind\` must be 'query' or 'passage', got '${String(kind)}'`);
    }
    return operator([texts], signal, (scope) => this.#embed(texts, kind, scope));
  }

  async *#embed(
    texts: Source<string>,
    kind: EmbedKind,
    scope: Scope,
  ): AsyncGenerator<Float32Array, void, undefined> {
    const source = textWindows(texts, this.#windowSize, scope);
    const windows: EncodedWindow[] = [];
    scope.onEnd(() => {
      for (const window of windows) window.stop();
    });
    const prefix = this.#prefixes[kind];
    let first = 0;
    const readWindow = async () => {
      const { done, value } = await source.next();
      if (done === true || scope.ended) return;
      const window = prefix === '' ? value : value.map((text) => prefix + text);
      windows.push(new EncodedWindow(this.#thread, window, first, kind === 'query', this.#onLongText));
      first += window.length;
    };
    try {
      await readWindow();
      while (windows.length > 0) {
        await readWindow();
        const window = windows[0]!;
        for (let row = 0; row < window.size; row++) {
          const vector = await scope.wait<Float32Array | undefined>(window.vector(row), undefined);
          scope.throwIfAborted();
          if (vector === undefined) return;
          yield vector;
        }
        windows.shift();
      }
    } finally {
      scope.end();
    }
  }

  /**
   * As {@link TokenEmbedder.embedTokens}; all vectors are in memory at once, 150 kB for a text of 100 tokens.
   *
   * @throws TypeError if an item of `texts` is not a string, naming its position.
   * @throws EmbeddingModelError if the model's thread has ended.
   * @throws `signal.reason` when aborted; computing stops after the batch that is running.
   */
  async embedTokens(
    texts: readonly string[],
    { kind = 'passage', signal }: EmbedOptions = {},
  ): Promise<TokenVectors[]> {
    signal?.throwIfAborted();
    const odd = texts.findIndex((text) => typeof text !== 'string');
    if (odd !== -1)
      throw new TypeError(`\`texts\` must hold strings, got ${shown(texts[odd])} at position ${odd}`);
    if (texts.length === 0) return [];
    const vectors: TokenVectors[] = [];
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const encoding = this.#thread.encode(
      texts.map((text) => this.#prefixes[kind] + text),
      kind === 'query',
      {
        onVectors: () => {},
        onLong: () => {},
        onTokens: (index, matrix) => {
          vectors[index] = { tokens: matrix.length / this.dimensions, matrix };
        },
        onEnd: (error) => (error === undefined ? resolve() : reject(error)),
      },
    );
    const onAbort = () => {
      encoding.stop();
      reject(signal!.reason as Error);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      await promise;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
    return vectors;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread.close();
  }
}
