import type { Document } from '../documents/document.ts';
import { checkSource } from '../iter/checks.ts';
import { operator, type Source, type Stream } from '../iter/operator.ts';
import type { Chunk } from './chunk.ts';
import type { Chunker, StreamedDocument } from './chunker.ts';

export interface ChunkDocumentsOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Cuts one document after the other, in order. No read-ahead: the next document is pulled when the chunks of the one
 * before have been read.
 */
export function chunkDocuments(
  documents: Source<Document | StreamedDocument>,
  chunker: Chunker,
  { signal }: ChunkDocumentsOptions = {},
): Stream<Chunk> {
  checkSource(documents, 'documents');
  return operator([documents], signal, async function* (scope) {
    try {
      const reader = scope.open(documents);
      for (;;) {
        const step = await scope.read(reader);
        if (step.done) return;
        yield* chunker.chunk(step.value, { signal: scope.signal });
      }
    } finally {
      scope.end();
    }
  });
}
