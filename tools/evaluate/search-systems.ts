import type { Chunk } from '../../src/chunking/chunk.ts';
import type { Chunker } from '../../src/chunking/chunker.ts';
import type { Document } from '../../src/documents/document.ts';
import type { Embedder } from '../../src/embedding/embedder.ts';
import { KeywordIndex } from '../../src/retrieval/keyword-index.ts';
import { MemoryStore } from '../../src/retrieval/memory-store.ts';
import { Retriever, type RetrieveOptions } from '../../src/retrieval/retriever.ts';
import type { Hit } from '../../src/retrieval/vector-store.ts';

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

  chunksOf(documentId: string): readonly Chunk[] {
    return this.#chunksOf.get(documentId) ?? [];
  }
}
