import { checkInteger, checkNumber } from '../iter/checks.ts';
import { realClock, type Clock } from '../iter/clock.ts';
import { mapOrdered } from '../iter/map-ordered.ts';
import { retry } from '../iter/retry.ts';
import type { Reranker } from './reranker.ts';

export interface HttpRerankerOptions {
  /** The whole address that is asked, such as `http://127.0.0.1:8000/v1/rerank`. */
  readonly url: string;
  /** Name of the server's model. */
  readonly model: string;
  /** Sent as a bearer token. @default none is sent */
  readonly apiKey?: string;
  /** Texts in one request, from 1. @default 64 */
  readonly batchSize?: number;
  /** Requests at once, from 1. @default 2 */
  readonly concurrency?: number;
  /** How long one answer may take, in milliseconds. @default 30_000 */
  readonly timeoutMs?: number;
  /** Tries after a first that failed for a reason that may pass: 408, 429, 5xx, no answer in time, or no connection. @default 2 */
  readonly maxRetries?: number;
  /** @default realClock */
  readonly clock?: Clock;
}

/** A rerank server that did not answer as it should. */
export class RerankError extends Error {
  override readonly name = 'RerankError';
  readonly url: string;
  /** Undefined when there was no answer. */
  readonly status: number | undefined;
  readonly isRetryable: boolean;
  /** The answer's, where there was one. */
  readonly headers: Headers | undefined;

  constructor(
    url: string,
    why: string,
    facts: { status?: number; isRetryable?: boolean; headers?: Headers; cause?: unknown } = {},
  ) {
    super(`Rerank server '${url}' ${why}`, { cause: facts.cause });
    this.url = url;
    this.status = facts.status;
    this.isRetryable = facts.isRetryable ?? false;
    this.headers = facts.headers;
  }
}

/**
 * A cross-encoder behind HTTP, in the format of Cohere and Jina, which vLLM, Text Embeddings Inference's proxies and llama.cpp
 * serve: `POST { model, query, documents, top_n }` gives `{ results: [{ index, relevance_score }] }`.
 */
export class HttpReranker implements Reranker {
  readonly name: string;
  readonly #options: Required<Omit<HttpRerankerOptions, 'apiKey'>> & { readonly apiKey: string | undefined };

  /** @throws RangeError, TypeError for an option out of its range. */
  constructor({
    url,
    model,
    apiKey,
    batchSize = 64,
    concurrency = 2,
    timeoutMs = 30_000,
    maxRetries = 2,
    clock = realClock,
  }: HttpRerankerOptions) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      throw new TypeError(`\`url\` must be an http or https address, got '${url}'`);
    if (typeof model !== 'string' || model === '') throw new TypeError('`model` must be the name of a model');
    checkInteger('batchSize', batchSize, 1);
    checkInteger('concurrency', concurrency, 1);
    checkNumber('timeoutMs', timeoutMs, 1);
    checkInteger('maxRetries', maxRetries, 0);
    this.name = `http-${model}`;
    this.#options = { url, model, apiKey, batchSize, concurrency, timeoutMs, maxRetries, clock };
  }

  /**
   * As {@link Reranker.score}; scores of one question compare across its batches, as a cross-encoder's do.
   *
   * @throws RerankError if the server cannot be reached or answers wrongly.
   */
  async score(
    question: string,
    texts: readonly string[],
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<number[]> {
    signal?.throwIfAborted();
    const { batchSize, concurrency, maxRetries, clock } = this.#options;
    const batches = Array.from({ length: Math.ceil(texts.length / batchSize) }, (_, at) =>
      texts.slice(at * batchSize, (at + 1) * batchSize),
    );
    const scores: number[] = [];
    const answers = mapOrdered(
      batches,
      (batch, context) =>
        retry(() => this.#ask(question, batch, context.signal), {
          maxRetries,
          clock,
          signal: context.signal,
        }),
      { concurrency, signal },
    );
    for await (const batch of answers) scores.push(...batch);
    return scores;
  }

  async #ask(question: string, texts: readonly string[], signal: AbortSignal): Promise<number[]> {
    const { url, model, apiKey, timeoutMs, clock } = this.#options;
    const late = new AbortController();
    const cancelTimer = clock.setTimer(() => late.abort(), timeoutMs);
    const onAbort = () => late.abort();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
        },
        body: JSON.stringify({ model, query: question, documents: texts, top_n: texts.length }),
        signal: late.signal,
      });
      if (!response.ok) {
        // The body may repeat what was sent, so it stays out of the message.
        await response.body?.cancel();
        throw new RerankError(url, `answered ${response.status} ${response.statusText}`.trimEnd(), {
          status: response.status,
          isRetryable: [408, 429].includes(response.status) || response.status >= 500,
          headers: response.headers,
        });
      }
      const text = await response.text();
      return readScores(url, text, texts.length);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof RerankError) throw error;
      const why = late.signal.aborted
        ? `took longer than ${timeoutMs} ms`
        : `cannot be reached: ${((error as Error).cause as Error | undefined)?.message ?? (error as Error).message}`;
      throw new RerankError(url, why, { isRetryable: true, cause: error });
    } finally {
      cancelTimer();
      signal.removeEventListener('abort', onAbort);
    }
  }
}

/** Scores in the order of the texts, from results in any order; every text must have one. */
function readScores(url: string, body: string, count: number): number[] {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch (error) {
    throw new RerankError(url, 'did not answer in JSON', { cause: error });
  }
  const results = (answer as { results?: unknown } | null)?.results;
  if (!Array.isArray(results)) throw new RerankError(url, 'gave no list of `results`');
  const scores = new Map<number, number>();
  for (const result of results as ({ index?: unknown; relevance_score?: unknown } | null)[]) {
    const index = result?.index;
    const score = result?.relevance_score;
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= count)
      throw new RerankError(url, `scored text ${String(index)} of ${count}`);
    if (typeof score !== 'number' || !Number.isFinite(score))
      throw new RerankError(url, `gave text ${index} the score ${String(score)}`);
    scores.set(index, score);
  }
  if (scores.size !== count) throw new RerankError(url, `scored ${scores.size} of ${count} texts`);
  return Array.from({ length: count }, (_, index) => scores.get(index)!);
}
