import OpenAI from 'openai';
import { batch } from '../iter/batch.ts';
import { checkFunction, checkInteger, shown } from '../iter/checks.ts';
import { flatMap } from '../iter/flat-map.ts';
import { mapOrdered } from '../iter/map-ordered.ts';
import { type RetryOptions, checkRetryOptions, retry } from '../iter/retry.ts';
import type { EmbedKind, EmbedOptions, Embedder } from './embedder.ts';
import { EmbeddingModelError } from './model-error.ts';
import { normalize } from './pooling.ts';
import { checkTexts } from './text-windows.ts';

export interface OpenAIEmbedderOptions {
  /** An OpenAI-compatible server's address, up to and with `/v1`. */
  readonly baseUrl: string;
  /** @default 'none', which local servers take */
  readonly apiKey?: string;
  readonly model: string;
  /** Ask the server for shorter vectors, from 1; only some models can. @default the model's own length */
  readonly dimensions?: number;
  /** Longest text in tokens, as the model's documentation has it. @default 8191 */
  readonly maxTokens?: number;
  /** Most texts of one request, from 1. @default 256; OpenAI takes 2048 */
  readonly maxBatchItems?: number;
  /** Most tokens of one request, from 1. @default 100_000; OpenAI takes 300_000 */
  readonly maxBatchTokens?: number;
  /** @default a quarter of the UTF-8 bytes, rounded up */
  readonly countTokens?: (text: string) => number;
  /** Requests at once, from 1. @default 2 */
  readonly concurrency?: number;
  /** Put before each text, as the model was trained. @default nothing */
  readonly prefixes?: Readonly<Record<EmbedKind, string>>;
  /** Waits between tries; a 429's `Retry-After` is obeyed. */
  readonly retry?: Omit<RetryOptions, 'signal'>;
  readonly signal?: AbortSignal | undefined;
}

/** English has about four bytes a token, Chinese about three: a quarter never falls far short. */
const quarterOfBytes = (text: string) => Math.ceil(Buffer.byteLength(text) / 4);

/** Embeds by any OpenAI-compatible server, through the `openai` client; vectors travel as base64 float32. */
export class OpenAIEmbedder implements Embedder {
  readonly model: string;
  readonly dimensions: number;
  readonly maxTokens: number;
  readonly #client: OpenAI;
  readonly #options: OpenAIEmbedderOptions;

  private constructor(client: OpenAI, options: OpenAIEmbedderOptions, dimensions: number) {
    this.model = options.model;
    this.dimensions = dimensions;
    this.maxTokens = options.maxTokens ?? 8191;
    this.#client = client;
    this.#options = options;
  }

  /**
   * Asks the server for one vector, to learn how long they are.
   *
   * @throws TypeError if `baseUrl` is no URL; RangeError for another option out of its range.
   * @throws EmbeddingModelError if the server cannot be reached or refuses, with its status and words.
   * @throws `signal.reason` when aborted.
   */
  static async connect(options: OpenAIEmbedderOptions): Promise<OpenAIEmbedder> {
    const { baseUrl, apiKey = 'none', model, signal } = options;
    if (!URL.canParse(baseUrl)) {
      throw new TypeError(
        `\`baseUrl\` must be a URL such as http://127.0.0.1:8080/v1, got ${shown(baseUrl)}`,
      );
    }
    if (typeof model !== 'string' || model === '') {
      throw new RangeError(`\`model\` must be the name of a model, got ${shown(model)}`);
    }
    for (const name of [
      'dimensions',
      'maxTokens',
      'maxBatchItems',
      'maxBatchTokens',
      'concurrency',
    ] as const) {
      if (options[name] !== undefined) checkInteger(name, options[name], 1);
    }
    if (options.countTokens !== undefined) checkFunction('countTokens', options.countTokens);
    checkRetryOptions(options.retry ?? {});
    // Retries are ours: the client's waits cannot be interrupted.
    const client = new OpenAI({ baseURL: baseUrl, apiKey, maxRetries: 0, logLevel: 'off' });
    const probe = new OpenAIEmbedder(client, options, options.dimensions ?? 0);
    const [vector] = await probe.#request(['dimensions'], signal);
    return new OpenAIEmbedder(client, options, vector!.length);
  }

  /**
   * As {@link Embedder.embed}. Reads ahead by the requests that may run at once and the batch being gathered; the
   * server gets texts as they are, and says itself when one is too long; but an empty text goes as one space, since
   * OpenAI's interface refuses the empty one.
   *
   * @throws EmbeddingModelError if the server cannot be reached, refuses, or answers with something else than one vector
   *   of the known length for each text.
   */
  embed(
    texts: AsyncIterable<string> | Iterable<string>,
    { kind = 'passage', signal }: EmbedOptions = {},
  ): AsyncGenerator<Float32Array, void, undefined> {
    checkTexts(texts);
    const {
      maxBatchItems = 256,
      maxBatchTokens = 100_000,
      countTokens = quarterOfBytes,
      concurrency = 2,
      prefixes,
    } = this.#options;
    const prefix = prefixes?.[kind] ?? '';
    const batches = batch(texts, {
      size: maxBatchItems,
      maxWeight: maxBatchTokens,
      weightOf: countTokens,
      signal,
    });
    const answers = mapOrdered(
      batches,
      (some, context) =>
        this.#request(
          some.map((text) => prefix + text || ' '),
          context.signal,
        ),
      { concurrency, signal },
    );
    return flatMap(answers, (vectors) => vectors, { signal });
  }

  /** One request: a unit vector for each text, in order. */
  async #request(texts: readonly string[], signal: AbortSignal | undefined): Promise<Float32Array[]> {
    const { model, dimensions } = this.#options;
    let answer: { readonly data?: readonly { readonly index: number; readonly embedding: unknown }[] };
    try {
      answer = await retry(
        () =>
          this.#client.embeddings.create(
            {
              model,
              input: [...texts],
              encoding_format: 'base64',
              ...(dimensions !== undefined && { dimensions }),
            },
            { signal },
          ),
        { ...this.#options.retry, signal },
      );
    } catch (error) {
      signal?.throwIfAborted();
      throw new EmbeddingModelError(model, `the server failed: ${(error as Error).message}`, {
        cause: error,
      });
    }
    const rows = answer.data?.toSorted((a, b) => a.index - b.index);
    if (rows?.length !== texts.length) {
      throw new EmbeddingModelError(
        model,
        `the server gave ${rows?.length} vectors for ${texts.length} texts`,
      );
    }
    return rows.map(({ embedding }) => this.#vector(embedding));
  }

  #vector(embedding: unknown): Float32Array {
    // Asked for base64; a server that does not know it answers with numbers.
    const vector =
      typeof embedding === 'string'
        ? new Float32Array(Uint8Array.from(Buffer.from(embedding, 'base64')).buffer)
        : Float32Array.from(embedding as unknown[], (value) =>
            typeof value === 'number' ? value : Number.NaN,
          );
    if (vector.length === 0 || (this.dimensions !== 0 && vector.length !== this.dimensions)) {
      throw new EmbeddingModelError(
        this.model,
        `the server gave a vector of ${vector.length} numbers, not ${this.dimensions}`,
      );
    }
    if (!vector.every(Number.isFinite)) {
      throw new EmbeddingModelError(this.model, 'the server gave a vector with a number that is not finite');
    }
    return normalize(vector);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
