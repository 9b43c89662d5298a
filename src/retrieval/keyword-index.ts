import { setImmediate as nextTurn } from 'node:timers/promises';
import MiniSearch from 'minisearch';
import type { Chunk } from '../chunking/chunk.ts';
import { checkNumber, checkSource } from '../iter/checks.ts';
import type { Source } from '../iter/operator.ts';
import { checkFilter, matchesFilter } from './filter.ts';
import { readKeywordFile, writeKeywordFile } from './keyword-file.ts';
import { StoreFileError } from './store-file.ts';
import { type TermOptions, termsOf } from './terms.ts';
import { TopK } from './top-k.ts';
import { checkTopK, type Hit, type SearchOptions } from './vector-store.ts';

export interface KeywordHit extends Hit {
  /** BM25, above 0; comparable only within one search. */
  readonly score: number;
  /** The question's terms that were found, folded and as stems. */
  readonly terms: readonly string[];
  /** Share of the question that was found, from 0 to 1: its terms weighted by how rare they are here. */
  readonly coverage: number;
}

export interface KeywordSearchOptions extends SearchOptions {
  /** Terms of 3 characters up also find the words that they begin. @default false */
  readonly prefix?: boolean;
  /** Edits allowed, as a share of a term's length, from 0 (none) to 0.5. @default 0 */
  readonly fuzzy?: number;
}

export interface KeywordIndexOptions extends TermOptions {
  /** How soon repeats of a term stop counting: BM25's k1, from 0. @default 1.2 */
  readonly saturation?: number;
  /** How much long texts are held back: BM25's b, from 0 to 1. @default 0.75 */
  readonly lengthWeight?: number;
}

interface Item {
  readonly row: number;
  readonly chunk: Chunk;
}

/** Longest time that indexing keeps other work waiting. */
const turnMs = 10;
/** A text pasted as a question must not hold the thread for seconds. */
const maxTerms = 256;

/**
 * Chunks found by their words, by BM25 (Robertson & Zaragoza 2009) over minisearch. Chinese and English, see
 * {@link termsOf}. Ties rank in the order of insertion. A search visits every chunk that holds one of the terms, in one turn:
 * over 100,000 chunks half the questions took up to 0.3 s and the slowest 0.9 s, on two cores shared with other work.
 */
export class KeywordIndex {
  readonly #terms: Required<TermOptions>;
  readonly #bm25: { readonly k: number; readonly b: number; readonly d: 0 };
  #words: MiniSearch<Chunk>;
  #items = new Map<string, Item>();
  #byRow = new Map<number, Item>();
  #idsOfDocument = new Map<string, Set<string>>();
  #nextRow = 0;

  /** @throws RangeError for an option out of its range. */
  constructor({
    stemming = true,
    stopWords = true,
    saturation = 1.2,
    lengthWeight = 0.75,
  }: KeywordIndexOptions = {}) {
    checkNumber('saturation', saturation, 0);
    if (!(lengthWeight >= 0 && lengthWeight <= 1))
      throw new RangeError(`\`lengthWeight\` must be from 0 to 1, got ${lengthWeight}`);
    this.#terms = { stemming, stopWords };
    this.#bm25 = { k: saturation, b: lengthWeight, d: 0 };
    this.#words = new MiniSearch<Chunk>(this.#settings());
  }

  /** Chunks held. */
  get size(): number {
    return this.#items.size;
  }

  /** Every chunk held, in the order of insertion. */
  *chunks(): Generator<Chunk, void, undefined> {
    for (const { chunk } of this.#items.values()) yield chunk;
  }

  /** A document's chunks, in their order. */
  chunksOfDocument(documentId: string): Promise<Chunk[]> {
    const ids = [...(this.#idsOfDocument.get(documentId) ?? [])];
    return Promise.resolve(ids.map((id) => this.#items.get(id)!.chunk).sort((a, b) => a.index - b.index));
  }

  /**
   * Adds chunks; one whose id is known replaces what is held, and keeps its place. Reads one chunk at a time and lets the
   * event loop turn every few milliseconds; what was added before an error stays.
   *
   * @returns How many chunks were added.
   */
  async upsert(
    chunks: Source<Chunk>,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<number> {
    checkSource(chunks, 'chunks');
    signal?.throwIfAborted();
    let count = 0;
    let turnEnds = performance.now() + turnMs;
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      this.#put(chunk);
      count++;
      if (performance.now() < turnEnds) continue;
      await nextTurn();
      turnEnds = performance.now() + turnMs;
    }
    return count;
  }

  /** Removes every chunk of these documents; unknown ids are no error. @returns How many chunks were removed. */
  async deleteDocuments(
    documentIds: Iterable<string>,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<number> {
    let count = 0;
    let turnEnds = performance.now() + turnMs;
    for (const documentId of documentIds) {
      signal?.throwIfAborted();
      for (const id of this.#idsOfDocument.get(documentId) ?? []) {
        const item = this.#items.get(id)!;
        // Not `discard`: it leaves the counts of rare words as they were, and scores with them.
        this.#words.remove(item.chunk);
        this.#items.delete(id);
        this.#byRow.delete(item.row);
        count++;
      }
      this.#idsOfDocument.delete(documentId);
      if (performance.now() < turnEnds) continue;
      await nextTurn();
      turnEnds = performance.now() + turnMs;
    }
    return count;
  }

  /**
   * The chunks that hold most of the question's rare terms, best first; only chunks that hold at least one. A question
   * without a term (only stop words, or signs) finds nothing. Of a long question the first 256 different terms count.
   *
   * @throws RangeError, TypeError for a bad option.
   */
  search(question: string, options: KeywordSearchOptions = {}): Promise<KeywordHit[]> {
    return new Promise((resolve) => resolve(this.#search(question, options)));
  }

  #search(
    question: string,
    { topK = 10, filter, signal, prefix = false, fuzzy = 0 }: KeywordSearchOptions,
  ): KeywordHit[] {
    if (typeof question !== 'string')
      throw new TypeError(`\`question\` must be a string, got ${typeof question}`);
    checkTopK(topK);
    if (filter !== undefined) checkFilter(filter);
    if (!(fuzzy >= 0 && fuzzy <= 0.5)) throw new RangeError(`\`fuzzy\` must be from 0 to 0.5, got ${fuzzy}`);
    signal?.throwIfAborted();
    const terms = [...new Set(termsOf(question, this.#terms))].slice(0, maxTerms);
    if (terms.length === 0 || this.size === 0) return [];

    const chunksWith = new Map<string, number>();
    const termsOfRow = new Map<number, readonly string[]>();
    const best = new TopK(Math.min(topK, this.size));
    this.#words.search(question, {
      tokenize: () => terms,
      bm25: this.#bm25,
      prefix: prefix && ((term) => term.length > 2),
      fuzzy: fuzzy > 0 && fuzzy,
      // Sees every match and keeps none: no list of them all is built and sorted.
      filter: ({ id, score, queryTerms }) => {
        for (const term of queryTerms) chunksWith.set(term, (chunksWith.get(term) ?? 0) + 1);
        const { row, chunk } = this.#items.get(id as string)!;
        // minisearch multiplies BM25 by the number of terms found. That would count every pair of a Chinese word again.
        const bm25 = score / queryTerms.length;
        if (bm25 < best.threshold) return false;
        if (filter !== undefined && !matchesFilter(filter, chunk.documentId, chunk.metadata)) return false;
        best.offer(row, bm25);
        termsOfRow.set(row, queryTerms);
        return false;
      },
    });

    const weightOf = (term: string) => {
      const count = chunksWith.get(term) ?? 0;
      return Math.log(1 + (this.size - count + 0.5) / (count + 0.5));
    };
    const weigh = (list: readonly string[]) => list.reduce((sum, term) => sum + weightOf(term), 0);
    const whole = weigh(terms);
    return best.ranked().map(({ row, score }) => {
      const found = termsOfRow.get(row)!;
      const { chunk } = this.#byRow.get(row)!;
      return { chunk, score, terms: [...found], coverage: Math.min(1, weigh(found) / whole) };
    });
  }

  /**
   * Writes everything to one file, whole or not at all: a crash leaves the former file. Serialising runs in one turn, seconds
   * for 100,000 chunks.
   *
   * @param options.note Facts of the caller's own, plain JSON; `load` gives them back.
   */
  async save(path: string, { note = {} }: { readonly note?: Readonly<Record<string, unknown>> } = {}) {
    await writeKeywordFile(path, {
      settings: { ...this.#terms, saturation: this.#bm25.k, lengthWeight: this.#bm25.b },
      note,
      chunks: [...this.chunks()],
      words: JSON.stringify(this.#words),
    });
  }

  /**
   * Reads what `save` wrote, with the options that it was made with.
   *
   * @throws StoreFileError if the file is damaged or of another format version.
   */
  static async load(path: string): Promise<{ index: KeywordIndex; note: Readonly<Record<string, unknown>> }> {
    const { settings, note, chunks, words } = await readKeywordFile(path);
    const index = new KeywordIndex(settings);
    index.#words = await MiniSearch.loadJSONAsync(words, index.#settings());
    for (const chunk of chunks) index.#remember(chunk, index.#nextRow++);
    if (index.#words.documentCount !== index.size)
      throw new StoreFileError(path, `lists ${index.#words.documentCount} texts for ${index.size} chunks`);
    return { index, note };
  }

  #settings() {
    return {
      fields: ['text'],
      tokenize: (text: string) => termsOf(text, this.#terms),
      processTerm: (term: string) => term,
    };
  }

  #put(chunk: Chunk): void {
    const known = this.#items.get(chunk.id);
    if (known !== undefined) {
      this.#words.remove(known.chunk);
      this.#idsOfDocument.get(known.chunk.documentId)!.delete(chunk.id);
    }
    this.#words.add(chunk);
    this.#remember(chunk, known?.row ?? this.#nextRow++);
  }

  #remember(chunk: Chunk, row: number): void {
    const item = { row, chunk };
    this.#items.set(chunk.id, item);
    this.#byRow.set(row, item);
    const ids = this.#idsOfDocument.get(chunk.documentId);
    if (ids === undefined) this.#idsOfDocument.set(chunk.documentId, new Set([chunk.id]));
    else ids.add(chunk.id);
  }
}
