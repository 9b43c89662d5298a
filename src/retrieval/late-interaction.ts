import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TokenEmbedder, TokenVectors } from '../embedding/embedder.ts';
import { checkInteger } from '../iter/checks.ts';
import type { Reranker } from './reranker.ts';

export interface LateInteractionOptions {
  /** Gives the token vectors: the embedder of the bundled model does. */
  readonly embedder: TokenEmbedder;
  /** Texts whose token vectors are kept, 40 kB each, the oldest going first; from 0. @default 500 */
  readonly maxCachedTexts?: number;
  /** Texts encoded together, from 1. @default 32 */
  readonly batchSize?: number;
}

/** Token vectors in a quarter of the memory: numbers from -127 to 127, and what each row was divided by. */
interface PackedTokens {
  readonly rows: Int8Array;
  readonly scales: Float32Array;
}

/** Longest time that scoring keeps other work waiting. */
const turnMs = 10;

/**
 * Late interaction (ColBERT, Khattab & Zaharia 2020, https://arxiv.org/abs/2004.12832) with the bundled model, nothing to
 * download: each token of the question looks for the nearest token of the text, and a text's score is the mean of these
 * cosines (the paper's MaxSim sum over the question's length, so that it lies between -1 and 1). The model was trained for
 * whole texts, so its MaxSim alone ranks worse than the hybrid search in places; `blendRerank` is the way to use it.
 */
export class LateInteractionReranker implements Reranker {
  readonly name: string;
  readonly #embedder: TokenEmbedder;
  readonly #maxCachedTexts: number;
  readonly #batchSize: number;
  readonly #cache = new Map<string, PackedTokens>();

  /** @throws RangeError for an option out of its range. */
  constructor({ embedder, maxCachedTexts = 500, batchSize = 32 }: LateInteractionOptions) {
    checkInteger('maxCachedTexts', maxCachedTexts, 0);
    checkInteger('batchSize', batchSize, 1);
    this.name = `late-interaction-${embedder.model}`;
    this.#embedder = embedder;
    this.#maxCachedTexts = maxCachedTexts;
    this.#batchSize = batchSize;
  }

  /** As {@link Reranker.score}; lets the event loop turn every few milliseconds. */
  async score(
    question: string,
    texts: readonly string[],
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<number[]> {
    signal?.throwIfAborted();
    if (texts.length === 0) return [];
    const [asked] = await this.#embedder.embedTokens([question], { kind: 'query', signal });
    const packed = await this.#packedTokens(texts, signal);
    const scores: number[] = [];
    let turnEnds = performance.now() + turnMs;
    for (const text of packed) {
      scores.push(maxSim(asked!, text, this.#embedder.dimensions));
      if (performance.now() < turnEnds) continue;
      await nextTurn();
      signal?.throwIfAborted();
      turnEnds = performance.now() + turnMs;
    }
    return scores;
  }

  async #packedTokens(texts: readonly string[], signal: AbortSignal | undefined): Promise<PackedTokens[]> {
    // Held here as well: a full cache may let go of one text while the next are encoded.
    const found = new Map<string, PackedTokens>();
    const missing: string[] = [];
    for (const text of new Set(texts)) {
      const cached = this.#cache.get(text);
      if (cached === undefined) missing.push(text);
      else found.set(text, cached);
    }
    for (let from = 0; from < missing.length; from += this.#batchSize) {
      const batch = missing.slice(from, from + this.#batchSize);
      const vectors = await this.#embedder.embedTokens(batch, { kind: 'passage', signal });
      for (const [at, text] of batch.entries())
        found.set(text, packTokens(vectors[at]!, this.#embedder.dimensions));
    }
    // To the end of the queue: the oldest use goes first.
    for (const [text, tokens] of found) {
      this.#cache.delete(text);
      this.#cache.set(text, tokens);
    }
    for (const text of this.#cache.keys()) {
      if (this.#cache.size <= this.#maxCachedTexts) break;
      this.#cache.delete(text);
    }
    return texts.map((text) => found.get(text)!);
  }
}

function packTokens({ tokens, matrix }: TokenVectors, dimensions: number): PackedTokens {
  const rows = new Int8Array(matrix.length);
  const scales = new Float32Array(tokens);
  for (let token = 0; token < tokens; token++) {
    let largest = 0;
    const from = token * dimensions;
    for (let at = from; at < from + dimensions; at++) largest = Math.max(largest, Math.abs(matrix[at]!));
    const scale = largest / 127 || 1;
    scales[token] = scale;
    for (let at = from; at < from + dimensions; at++) rows[at] = Math.round(matrix[at]! / scale);
  }
  return { rows, scales };
}

/** Mean over the question's tokens, start and end apart, of the best cosine with any token of the text. */
function maxSim(
  { tokens, matrix }: TokenVectors,
  { rows, scales }: PackedTokens,
  dimensions: number,
): number {
  const [first, last] = withoutEnds(tokens);
  const [from, to] = withoutEnds(scales.length);
  const best = new Float32Array(last - first).fill(-1);
  const row = new Float32Array(dimensions);
  for (let other = from; other < to; other++) {
    // As floats once, for all tokens of the question.
    row.set(rows.subarray(other * dimensions, (other + 1) * dimensions));
    for (let token = first; token < last; token++) {
      const cosine = dot(row, matrix, token * dimensions) * scales[other]!;
      if (cosine > best[token - first]!) best[token - first] = cosine;
    }
  }
  return best.reduce((sum, cosine) => sum + cosine, 0) / best.length;
}

/** An empty text has only its start and end to be compared with. */
const withoutEnds = (tokens: number) => (tokens > 2 ? ([1, tokens - 1] as const) : ([0, tokens] as const));

function dot(row: Float32Array, matrix: Float32Array, offset: number): number {
  const whole = row.length - (row.length % 4);
  // Four sums that do not wait for each other.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let at = 0; at < whole; at += 4) {
    a += row[at]! * matrix[offset + at]!;
    b += row[at + 1]! * matrix[offset + at + 1]!;
    c += row[at + 2]! * matrix[offset + at + 2]!;
    d += row[at + 3]! * matrix[offset + at + 3]!;
  }
  for (let at = whole; at < row.length; at++) a += row[at]! * matrix[offset + at]!;
  return a + b + (c + d);
}
