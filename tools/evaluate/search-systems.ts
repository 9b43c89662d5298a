import type { Chunk } from '../../src/chunking/chunk.ts';
import type { Chunker } from '../../src/chunking/chunker.ts';
import type { Document } from '../../src/documents/document.ts';
import type { Embedder } from '../../src/embedding/embedder.ts';
import { KeywordIndex } from '../../src/retrieval/keyword-index.ts';
import { MemoryStore } from '../../src/retrieval/memory-store.ts';
import { type Reranker, standardScores } from '../../src/retrieval/reranker.ts';
import { Retriever, type RetrieveOptions } from '../../src/retrieval/retriever.ts';
import type { Hit } from '../../src/retrieval/vector-store.ts';

/** Documents that a reranker looks at. */
export const rerankedDocuments = 20;

/** Most chunks that one search gives; the stores' own limit. */
const mostChunks = 10_000;

/** One language's documents, ready to be searched in every way. */
export class SearchedLanguage {
  readonly language: string;
  readonly documents: number;
  readonly chunks: readonly Chunk[];
  readonly #retriever: Retriever;
  readonly #chunksOf: Map<string, Chunk[]>;

  private constructor(language: string, documents: number, chunks: readonly Chunk[], retriever: Retriever) {
    this.language = language;
    this.documents = documents;
    this.chunks = chunks;
    this.#retriever = retriever;
    this.#chunksOf = Map.groupBy(chunks, ({ documentId }) => documentId);
  }

  static async index(
    language: string,
    documents: readonly Document[],
    { chunker, embedder, signal }: { chunker: Chunker; embedder: Embedder; signal?: AbortSignal },
  ): Promise<SearchedLanguage> {
    const chunks: Chunk[] = [];
    for (const document of documents) {
      for await (const chunk of chunker.chunk(document, { signal })) chunks.push(chunk);
    }
    const store = new MemoryStore(embedder);
    const keywords = new KeywordIndex();
    await keywords.upsert(chunks, { signal });
    let at = 0;
    for await (const vector of embedder.embed(
      chunks.map(({ text }) => text),
      { signal },
    ))
      await store.upsert([{ chunk: chunks[at++]!, vector }]);
    const retriever = new Retriever({
      embedder,
      store,
      keywords,
      candidates: Math.min(mostChunks, Math.max(1, chunks.length)),
    });
    return new SearchedLanguage(language, documents.length, chunks, retriever);
  }

  /** Ids of documents, best first. */
  async rank(
    question: string,
    mode: NonNullable<RetrieveOptions['mode']>,
    signal?: AbortSignal,
  ): Promise<{ readonly id: string; readonly score: number }[]> {
    const topK = Math.min(mostChunks, Math.max(1, this.chunks.length));
    const { hits, failures } = await this.#retriever.search(question, { mode, topK, signal });
    // A measurement of half a system would be a wrong figure.
    if (failures.length > 0) throw failures[0]!.error;
    return this.documentScores(hits);
  }

  /** A document's score: its best chunk's plus half the mean of all its chunks', where one that was not found counts 0. */
  documentScores(hits: readonly Hit[]): { id: string; score: number }[] {
    return [...Map.groupBy(hits, ({ chunk }) => chunk.documentId)]
      .map(([id, found]) => {
        const sum = found.reduce((total, { score }) => total + score, 0);
        const best = Math.max(...found.map(({ score }) => score));
        return { id, score: best + (0.5 * sum) / this.#chunksOf.get(id)!.length };
      })
      .sort((a, b) => b.score - a.score);
  }

  /**
   * The first documents in a new order: half their former score, half that of the reranker for their chunks, put together
   * as before, each as its distance from the mean in standard deviations. Those behind stay behind.
   */
  async rerank(
    question: string,
    ranked: readonly { readonly id: string; readonly score: number }[],
    reranker: Reranker,
    signal?: AbortSignal,
  ): Promise<{ readonly id: string; readonly score: number }[]> {
    const first = ranked.slice(0, rerankedDocuments);
    const chunks = first.flatMap(({ id }) => this.chunksOf(id));
    const scores = await reranker.score(
      question,
      chunks.map(({ text }) => text),
      { signal },
    );
    const again = new Map(
      this.documentScores(chunks.map((chunk, at) => ({ chunk, score: scores[at]! }))).map((document) => [
        document.id,
        document.score,
      ]),
    );
    const former = standardScores(first.map(({ score }) => score));
    const fresh = standardScores(first.map(({ id }) => again.get(id)!));
    const blended = first.map(({ id }, at) => ({ id, score: (former[at]! + fresh[at]!) / 2 }));
    return [...blended.sort((a, b) => b.score - a.score), ...ranked.slice(rerankedDocuments)];
  }

  chunksOf(documentId: string): readonly Chunk[] {
    return this.#chunksOf.get(documentId) ?? [];
  }
}
