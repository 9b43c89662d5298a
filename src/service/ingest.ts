import type { Chunk } from '../chunking/chunk.ts';
import type { Chunker } from '../chunking/chunker.ts';
import type { Document } from '../documents/document.ts';
import type { LoadResult } from '../documents/load-result.ts';
import type { Embedder } from '../embedding/embedder.ts';
import { checkSource } from '../iter/checks.ts';
import { operator, readerOf, type Scope, type Source, type Stream } from '../iter/operator.ts';
import type { KeywordIndex } from '../retrieval/keyword-index.ts';
import type { Entry, VectorStore } from '../retrieval/vector-store.ts';

export type IngestEvent =
  /** A document is stored, whole; counts are of this run so far. */
  | {
      readonly type: 'stored';
      readonly documentId: string;
      /** Of this document. */
      readonly chunks: number;
      readonly documents: number;
      readonly totalChunks: number;
    }
  /** A source that could not be loaded; the others go on. */
  | { readonly type: 'failed'; readonly path: string; readonly error: Error }
  | {
      readonly type: 'done';
      readonly documents: number;
      readonly totalChunks: number;
      readonly failed: number;
      readonly durationMs: number;
    };

export interface IngestParts {
  readonly chunker: Chunker;
  readonly embedder: Embedder;
  readonly store: VectorStore;
  readonly keywords?: KeywordIndex | undefined;
}

/** A chunk on its way to its vector, or the end of a document. */
type Waiting =
  | { readonly kind: 'chunk'; readonly chunk: Chunk }
  | { readonly kind: 'end'; readonly documentId: string }
  | { readonly kind: 'failed'; readonly path: string; readonly error: Error };

/**
 * Cuts, embeds and stores documents, in order, one event for each. A document replaces the one with its id, once all of
 * its chunks have vectors; after a failure or an abort, those before it are stored. Reads ahead as far as the embedder
 * does.
 */
export function ingest(
  documents: Source<Document | LoadResult>,
  parts: IngestParts,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Stream<IngestEvent> {
  checkSource(documents, 'documents');
  return operator([documents], signal, (scope) => run(documents, parts, scope));
}

async function* run(
  documents: Source<Document | LoadResult>,
  { chunker, embedder, store, keywords }: IngestParts,
  scope: Scope,
): Stream<IngestEvent> {
  const startMs = performance.now();
  const waiting: Waiting[] = [];
  const counts = { documents: 0, totalChunks: 0, failed: 0 };
  async function* texts(): Stream<string> {
    const reader = scope.open(documents);
    for (;;) {
      const step = await scope.read(reader);
      if (step.done) return;
      const loaded = 'kind' in step.value ? step.value : { kind: 'document' as const, document: step.value };
      if (loaded.kind === 'error') {
        waiting.push({ kind: 'failed', path: loaded.path, error: loaded.error });
        continue;
      }
      for await (const chunk of chunker.chunk(loaded.document, { signal: scope.signal })) {
        waiting.push({ kind: 'chunk', chunk });
        yield chunk.text;
      }
      waiting.push({ kind: 'end', documentId: loaded.document.id });
    }
  }
  let entries: Entry[] = [];
  /** All that needs no further vector. */
  async function* settle(): Stream<IngestEvent> {
    while (waiting.length > 0 && waiting[0]!.kind !== 'chunk') {
      const next = waiting.shift() as Exclude<Waiting, { kind: 'chunk' }>;
      if (next.kind === 'failed') {
        counts.failed++;
        yield { type: 'failed', path: next.path, error: next.error };
        continue;
      }
      await store.deleteDocuments([next.documentId], { signal: scope.signal });
      await store.upsert(entries, { signal: scope.signal });
      await keywords?.deleteDocuments([next.documentId], { signal: scope.signal });
      await keywords?.upsert(
        entries.map(({ chunk }) => chunk),
        { signal: scope.signal },
      );
      counts.documents++;
      counts.totalChunks += entries.length;
      const { documents: stored, totalChunks } = counts;
      const chunks = entries.length;
      entries = [];
      yield { type: 'stored', documentId: next.documentId, chunks, documents: stored, totalChunks };
    }
  }
  try {
    const vectors = readerOf(embedder.embed(texts(), { signal: scope.signal }));
    scope.onEnd(() => void vectors.return?.());
    for (;;) {
      const step = await scope.read(vectors);
      if (step.done) break;
      yield* settle();
      const next = waiting.shift();
      if (next?.kind !== 'chunk') throw new Error('The embedder gave a vector that no text asked for');
      entries.push({ chunk: next.chunk, vector: step.value });
      yield* settle();
    }
    if (scope.ended) return;
    yield* settle();
    if (waiting.length > 0) throw new Error(`The embedder gave no vector for ${waiting.length} texts`);
    yield { type: 'done', ...counts, durationMs: performance.now() - startMs };
  } catch (error) {
    scope.throwIfAborted();
    if (!scope.ended) throw error;
  } finally {
    scope.end();
  }
}
