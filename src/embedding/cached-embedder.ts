import { checkInteger } from '../iter/checks.ts';
import { type Scope, type Source, operator } from '../iter/operator.ts';
import type { EmbedKind, EmbedOptions, Embedder } from './embedder.ts';
import { checkTexts, textWindows } from './text-windows.ts';
import { VectorCache } from './vector-cache.ts';

export interface CachedEmbedderOptions {
  /** The cache's file, made if it is not there. @default ':memory:', which ends with the process */
  readonly path?: string;
  /** Most vectors kept, from 1; the oldest go first. @default 1_000_000 (1.5 GB at 384 dimensions) */
  readonly maxEntries?: number;
  /** Texts looked up together, and read ahead of the reader, from 1. @default 128 */
  readonly windowSize?: number;
  /** Told when vectors could not be stored (a full disk, say). They are handed on all the same. */
  readonly onWriteError?: (error: Error) => void;
}

/** What a cache has saved so far. */
export interface CacheStatistics {
  /** Texts answered from the file. */
  readonly hits: number;
  /** Texts that were being embedded already, here, and were waited for. */
  readonly shared: number;
  /** Texts that the model had to embed. */
  readonly misses: number;
  /** Windows whose vectors could not be stored. */
  readonly writeErrors: number;
}

/**
 * Keeps vectors by the text's content, the model's name and the kind, so that no text is embedded twice: not in another
 * process that uses the same file, and not by two readers at once in this one.
 */
export class CachedEmbedder implements Embedder {
  readonly model: string;
  readonly dimensions: number;
  readonly maxTokens: number;
  readonly #inner: Embedder;
  readonly #cache: VectorCache;
  readonly #windowSize: number;
  readonly #onWriteError: (error: Error) => void;
  /** By key: what a reader in this process is having embedded just now. */
  readonly #underWay = new Map<string, Promise<Float32Array>>();
  readonly #counts = { hits: 0, shared: 0, misses: 0, writeErrors: 0 };

  /**
   * @param inner Embeds what is not cached; disposed of with this embedder.
   * @throws RangeError for an option out of its range.
   * @throws Error if the file cannot be used.
   */
  constructor(
    inner: Embedder,
    {
      path = ':memory:',
      maxEntries = 1_000_000,
      windowSize = 128,
      onWriteError = () => {},
    }: CachedEmbedderOptions = {},
  ) {
    checkInteger('windowSize', windowSize, 1);
    this.#inner = inner;
    this.model = inner.model;
    this.dimensions = inner.dimensions;
    this.maxTokens = inner.maxTokens;
    this.#cache = new VectorCache(path, maxEntries);
    this.#windowSize = windowSize;
    this.#onWriteError = onWriteError;
  }

  get statistics(): CacheStatistics {
    return { ...this.#counts };
  }

  /** As {@link Embedder.embed}; reads one window ahead of the reader. */
  embed(
    texts: AsyncIterable<string> | Iterable<string>,
    { kind = 'passage', signal }: EmbedOptions = {},
  ): AsyncGenerator<Float32Array, void, undefined> {
    checkTexts(texts);
    return operator([texts], signal, (scope) => this.#embed(texts, kind, scope));
  }

  async *#embed(
    texts: Source<string>,
    kind: EmbedKind,
    scope: Scope,
  ): AsyncGenerator<Float32Array, void, undefined> {
    try {
      for await (const window of textWindows(texts, this.#windowSize, scope)) {
        for (const vector of this.#vectors(window, kind, scope.signal)) {
          const value = await scope.wait<Float32Array | undefined>(vector, undefined);
          scope.throwIfAborted();
          if (value === undefined) return;
          yield value;
        }
      }
    } finally {
      scope.end();
    }
  }

  /** One promise a text: from the file, from a reader that is at it, or from the model. */
  #vectors(texts: readonly string[], kind: EmbedKind, signal: AbortSignal): Promise<Float32Array>[] {
    const missing = new Map<
      string,
      { key: Uint8Array; text: string; settle: PromiseWithResolvers<Float32Array> }
    >();
    const vectors = texts.map((text) => {
      const key = VectorCache.key(this.model, kind, text);
      const id = Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('base64');
      const shared = this.#underWay.get(id);
      if (shared !== undefined) {
        this.#counts.shared++;
        // Whoever began it may have left, or failed: then this reader asks the model itself.
        return shared.then(
          (vector) => vector.slice(),
          () => this.#alone(text, kind, signal),
        );
      }
      const cached = this.#cache.get(key);
      if (cached?.length === this.dimensions) {
        this.#counts.hits++;
        return Promise.resolve(cached);
      }
      this.#counts.misses++;
      const settle = Promise.withResolvers<Float32Array>();
      settle.promise.catch(() => {}); // A reader who has left lets nobody hear of it.
      this.#underWay.set(id, settle.promise);
      missing.set(id, { key, text, settle });
      return settle.promise;
    });
    for (const vector of vectors) vector.catch(() => {});
    if (missing.size > 0) void this.#fill([...missing], kind, signal);
    return vectors;
  }

  async #alone(text: string, kind: EmbedKind, signal: AbortSignal): Promise<Float32Array> {
    for await (const vector of this.#inner.embed([text], { kind, signal })) return vector;
    throw new Error(`${this.model} gave no vector`);
  }

  async #fill(
    missing: [id: string, { key: Uint8Array; text: string; settle: PromiseWithResolvers<Float32Array> }][],
    kind: EmbedKind,
    signal: AbortSignal,
  ): Promise<void> {
    const made: [Uint8Array, Float32Array][] = [];
    let next = 0;
    try {
      const texts = missing.map(([, { text }]) => text);
      for await (const vector of this.#inner.embed(texts, { kind, signal })) {
        const [id, { key, settle }] = missing[next++]!;
        this.#underWay.delete(id);
        made.push([key, vector.slice()]);
        settle.resolve(vector);
      }
      if (next < missing.length)
        throw new Error(`${this.model} gave ${next} vectors for ${missing.length} texts`);
    } catch (error) {
      for (const [id, { settle }] of missing.slice(next)) {
        this.#underWay.delete(id);
        settle.reject(error);
      }
    }
    try {
      if (made.length > 0) this.#cache.putAll(made);
    } catch (error) {
      this.#counts.writeErrors++;
      this.#onWriteError(error as Error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
    this.#cache.close();
  }
}
