import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Chunk } from '../chunking/chunk.ts';
import { checkFilter, type Filter, matchesFilter } from './filter.ts';
import { readStoreFile, writeStoreFile } from './store-file.ts';
import { TopK } from './top-k.ts';
import {
  checkModel,
  checkTopK,
  type Entry,
  type Hit,
  type SearchOptions,
  type VectorStore,
  writeUnitVector,
} from './vector-store.ts';

/** Rows scored before other work on this thread gets a turn. */
const rowsPerTurn = 16_384;

/**
 * All vectors in one flat matrix in memory; every search compares with all of them, so its answers are exact.
 * Vectors are scaled to length 1 when they are stored, and ties rank in the order of insertion.
 */
export class MemoryStore implements VectorStore {
  readonly model: string;
  readonly dimensions: number;
  #matrix: Float32Array;
  /** By row; `undefined` where a chunk was removed. */
  #chunks: (Chunk | undefined)[] = [];
  #rowOf = new Map<string, number>();
  #rowsOfDocument = new Map<string, Set<number>>();
  #turn: Promise<unknown> = Promise.resolve();
  /** While a file is written its bytes may not change. */
  #saving: Promise<void> | undefined;

  /** @throws RangeError if `model` is empty or `dimensions` is not an integer from 1 up. */
  constructor({ model, dimensions }: { readonly model: string; readonly dimensions: number }) {
    if (typeof model !== 'string' || model === '') {
      throw new RangeError(`\`model\` must be the name of the model that made the vectors, got '${model}'`);
    }
    if (!Number.isSafeInteger(dimensions) || dimensions < 1) {
      throw new RangeError(`\`dimensions\` must be an integer from 1 up, got ${dimensions}`);
    }
    this.model = model;
    this.dimensions = dimensions;
    this.#matrix = new Float32Array(0);
  }

  size(): Promise<number> {
    return Promise.resolve(this.#rowOf.size);
  }

  /** Every chunk held, in the order of insertion. */
  *chunks(): Generator<Chunk, void, undefined> {
    for (const chunk of this.#chunks) if (chunk !== undefined) yield chunk;
  }

  /** A document's chunks, in their order. */
  chunksOfDocument(documentId: string): Promise<Chunk[]> {
    const rows = [...(this.#rowsOfDocument.get(documentId) ?? [])];
    return Promise.resolve(rows.map((row) => this.#chunks[row]!).sort((a, b) => a.index - b.index));
  }

  /** Reads one entry at a time; a search under way sees what was stored when it reaches the row. */
  async upsert(
    entries: AsyncIterable<Entry> | Iterable<Entry>,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<number> {
    signal?.throwIfAborted();
    let count = 0;
    for await (const { chunk, vector } of entries) {
      while (this.#saving !== undefined) await this.#saving;
      signal?.throwIfAborted();
      this.#put(chunk, vector);
      count++;
    }
    return count;
  }

  deleteDocuments(
    documentIds: Iterable<string>,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<number> {
    // Rows move when holes are closed: never while a search stands between two turns.
    return this.#exclusively(() => {
      signal?.throwIfAborted();
      let count = 0;
      for (const documentId of documentIds) {
        for (const row of this.#rowsOfDocument.get(documentId) ?? []) {
          this.#rowOf.delete(this.#chunks[row]!.id);
          this.#chunks[row] = undefined;
          count++;
        }
        this.#rowsOfDocument.delete(documentId);
      }
      if (this.#chunks.length > 2 * this.#rowOf.size) this.#closeHoles();
      return count;
    });
  }

  async search(vector: ArrayLike<number>, { topK = 10, filter, signal }: SearchOptions = {}): Promise<Hit[]> {
    checkTopK(topK);
    if (filter !== undefined) checkFilter(filter);
    signal?.throwIfAborted();
    const query = new Float32Array(this.dimensions);
    writeUnitVector('The vector searched for', vector, query);
    return this.#exclusively(async () => {
      const best = new TopK(Math.min(topK, Math.max(this.#chunks.length, 1)));
      for (let from = 0; from < this.#chunks.length; from += rowsPerTurn) {
        if (from > 0) await nextTurn();
        signal?.throwIfAborted();
        this.#scan(query, from, Math.min(from + rowsPerTurn, this.#chunks.length), filter, best);
      }
      // Rounding may take the cosine of a vector with itself a hair past 1.
      return best.ranked().map(({ row, score }) => ({
        chunk: this.#chunks[row]!,
        score: Math.max(-1, Math.min(1, score)),
      }));
    });
  }

  /**
   * Writes everything to one file, whole or not at all: a crash leaves the former file.
   *
   * @param options.note Facts of the caller's own, plain JSON; `load` gives them back.
   */
  async save(path: string, { note = {} }: { readonly note?: Readonly<Record<string, unknown>> } = {}) {
    await this.#exclusively(async () => {
      const saved = Promise.withResolvers<void>();
      this.#saving = saved.promise;
      try {
        this.#closeHoles();
        await writeStoreFile(path, {
          model: this.model,
          dimensions: this.dimensions,
          note,
          chunks: [...this.chunks()],
          matrix: this.#matrix.subarray(0, this.#chunks.length * this.dimensions),
        });
      } finally {
        this.#saving = undefined;
        saved.resolve();
      }
    });
  }

  /**
   * Reads what `save` wrote.
   *
   * @param expected The model in use; given, a file of another model is refused.
   * @throws ModelMismatchError naming both models.
   * @throws StoreFileError if the file is damaged or of another format version.
   */
  static async load(
    path: string,
    expected?: { readonly model: string; readonly dimensions: number },
  ): Promise<{ store: MemoryStore; note: Readonly<Record<string, unknown>> }> {
    const file = await readStoreFile(path);
    if (expected !== undefined) checkModel(`'${path}'`, expected, file);
    const store = new MemoryStore(file);
    store.#matrix = file.matrix;
    for (const chunk of file.chunks) store.#remember(chunk, store.#chunks.push(chunk) - 1);
    return { store, note: file.note };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#matrix = new Float32Array(0);
    this.#chunks = [];
    this.#rowOf.clear();
    this.#rowsOfDocument.clear();
    return Promise.resolve();
  }

  #put(chunk: Chunk, vector: ArrayLike<number>): void {
    const known = this.#rowOf.get(chunk.id);
    const row = known ?? this.#chunks.length;
    const needed = (row + 1) * this.dimensions;
    if (needed > this.#matrix.length) {
      const grown = new Float32Array(Math.max(needed, 2 * this.#matrix.length, 64 * this.dimensions));
      grown.set(this.#matrix);
      this.#matrix = grown;
    }
    writeUnitVector(
      `The vector of '${chunk.id}'`,
      vector,
      this.#matrix,
      row * this.dimensions,
      this.dimensions,
    );
    if (known !== undefined) this.#rowsOfDocument.get(this.#chunks[known]!.documentId)!.delete(known);
    this.#chunks[row] = chunk;
    this.#remember(chunk, row);
  }

  #remember(chunk: Chunk, row: number): void {
    this.#rowOf.set(chunk.id, row);
    const rows = this.#rowsOfDocument.get(chunk.documentId);
    if (rows === undefined) this.#rowsOfDocument.set(chunk.documentId, new Set([row]));
    else rows.add(row);
  }

  #scan(query: Float32Array, from: number, to: number, filter: Filter | undefined, best: TopK): void {
    const matrix = this.#matrix;
    const dimensions = this.dimensions;
    const whole = dimensions - (dimensions % 4);
    for (let row = from; row < to; row++) {
      const chunk = this.#chunks[row];
      if (chunk === undefined) continue;
      if (filter !== undefined && !matchesFilter(filter, chunk.documentId, chunk.metadata)) continue;
      const offset = row * dimensions;
      // Four sums that do not wait for each other.
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      for (let index = 0; index < whole; index += 4) {
        a += matrix[offset + index]! * query[index]!;
        b += matrix[offset + index + 1]! * query[index + 1]!;
        c += matrix[offset + index + 2]! * query[index + 2]!;
        d += matrix[offset + index + 3]! * query[index + 3]!;
      }
      for (let index = whole; index < dimensions; index++) a += matrix[offset + index]! * query[index]!;
      const score = a + b + (c + d);
      if (score >= best.threshold) best.offer(row, score);
    }
  }

  #closeHoles(): void {
    const { dimensions } = this;
    const kept: Chunk[] = [];
    this.#rowOf.clear();
    this.#rowsOfDocument.clear();
    for (const [row, chunk] of this.#chunks.entries()) {
      if (chunk === undefined) continue;
      this.#matrix.copyWithin(kept.length * dimensions, row * dimensions, (row + 1) * dimensions);
      this.#remember(chunk, kept.push(chunk) - 1);
    }
    this.#chunks = kept;
  }

  /** Runs after what was asked for before, whatever became of that: `#turn` never rejects. */
  #exclusively<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}
