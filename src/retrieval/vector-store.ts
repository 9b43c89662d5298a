import type { Chunk } from '../chunking/chunk.ts';
import type { Filter } from './filter.ts';

/** A chunk and the vector that stands for it. */
export interface Entry {
  readonly chunk: Chunk;
  readonly vector: ArrayLike<number>;
}

/** A chunk that was found, with its text and metadata, and how near it is. */
export interface Hit {
  readonly chunk: Chunk;
  /** Higher is nearer. For vectors the cosine, from -1 to 1. */
  readonly score: number;
}

export interface SearchOptions {
  /** Most hits, an integer from 1 to 10,000. @default 10 */
  readonly topK?: number;
  /** Only chunks that fulfil this. */
  readonly filter?: Filter | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Chunks and their vectors, found by nearness. Every engine compares by cosine and keeps the chunk itself, so that a
 * hit needs no second look-up.
 */
export interface VectorStore extends AsyncDisposable {
  /** The model that made the vectors, as `Embedder.model` names it. */
  readonly model: string;
  readonly dimensions: number;
  /** Chunks held. */
  size(): Promise<number>;
  /**
   * Adds entries; one whose chunk id is known replaces what is held. What was stored before an error stays stored.
   *
   * @returns How many entries were stored.
   * @throws VectorError for a zero vector, a number that is not finite, or a wrong length, naming the chunk.
   */
  upsert(
    entries: AsyncIterable<Entry> | Iterable<Entry>,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<number>;
  /** Removes every chunk of these documents; unknown ids are no error. @returns How many chunks were removed. */
  deleteDocuments(
    documentIds: Iterable<string>,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<number>;
  /**
   * The nearest chunks, best first; equal scores in the order of insertion where the engine knows it.
   *
   * @throws VectorError for a zero vector, a number that is not finite, or a wrong length.
   */
  search(vector: ArrayLike<number>, options?: SearchOptions): Promise<Hit[]>;
}

/** A vector that cannot be compared: of a wrong length, all zeros, or with a number that is not finite. */
export class VectorError extends RangeError {
  override readonly name = 'VectorError';
}

/** Vectors of one model were about to be compared with those of another. */
export class ModelMismatchError extends Error {
  override readonly name = 'ModelMismatchError';
  readonly expected: { readonly model: string; readonly dimensions: number };
  readonly received: { readonly model: string; readonly dimensions: number };

  constructor(
    what: string,
    expected: { readonly model: string; readonly dimensions: number },
    received: { readonly model: string; readonly dimensions: number },
  ) {
    super(
      `${what} holds vectors of '${received.model}' (${received.dimensions} numbers), ` +
        `but '${expected.model}' (${expected.dimensions} numbers) is in use. Index again, or use the same model.`,
    );
    this.expected = { model: expected.model, dimensions: expected.dimensions };
    this.received = { model: received.model, dimensions: received.dimensions };
  }
}

/** @throws ModelMismatchError unless model and dimensions are the same on both sides. */
export function checkModel(
  what: string,
  expected: { readonly model: string; readonly dimensions: number },
  received: { readonly model: string; readonly dimensions: number },
): void {
  if (expected.model !== received.model || expected.dimensions !== received.dimensions) {
    throw new ModelMismatchError(what, expected, received);
  }
}

/** @throws RangeError unless `topK` is an integer from 1 to 10,000. */
export function checkTopK(topK: number): void {
  if (!Number.isSafeInteger(topK) || topK < 1 || topK > 10_000) {
    throw new RangeError(`\`topK\` must be an integer from 1 to 10000, got ${topK}`);
  }
}

/**
 * The vector at length 1, in `target` from `offset`.
 *
 * @throws VectorError naming `what` and the numbers.
 */
export function writeUnitVector(
  what: string,
  vector: ArrayLike<number>,
  target: Float32Array,
  offset = 0,
  dimensions: number = target.length,
): void {
  if (vector.length !== dimensions) {
    throw new VectorError(`${what} must hold ${dimensions} numbers, got ${vector.length}`);
  }
  let largest = 0;
  for (let index = 0; index < dimensions; index++) {
    const value = vector[index]!;
    if (!Number.isFinite(value)) {
      throw new VectorError(`${what} must hold finite numbers, got ${value} at position ${index}`);
    }
    largest = Math.max(largest, Math.abs(value));
  }
  if (largest === 0) throw new VectorError(`${what} is all zeros and has no direction to compare`);
  // Scaled by the largest first: squares of very small or very large numbers would leave the range of a double.
  let squares = 0;
  for (let index = 0; index < dimensions; index++) squares += (vector[index]! / largest) ** 2;
  const scale = Math.sqrt(squares);
  for (let index = 0; index < dimensions; index++) target[offset + index] = vector[index]! / largest / scale;
}
