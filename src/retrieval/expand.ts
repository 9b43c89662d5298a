import type { Chunk } from '../chunking/chunk.ts';
import { checkInteger } from '../iter/checks.ts';
import type { Hit } from './vector-store.ts';

/** Gives a document's chunks in order; the stores do. */
export interface ChunkLookup {
  chunksOfDocument(documentId: string): Promise<readonly Chunk[]>;
}

export interface ExpandOptions {
  /** Chunks taken along from before a hit, from 0; `Infinity` for the whole document. @default 1 */
  readonly before?: number;
  /** Chunks taken along from behind a hit, from 0. @default 1 */
  readonly after?: number;
}

/** A hit with what stands around it. */
export interface Passage<Found extends Hit = Hit> {
  readonly documentId: string;
  readonly start: number;
  readonly end: number;
  /** The chunks' text, what they share once; where a chunker left white space out, one line break stands. */
  readonly text: string;
  /** In the order of the document. */
  readonly chunks: readonly Chunk[];
  /** The hits inside, best first. */
  readonly hits: readonly Found[];
  /** The best hit's. */
  readonly score: number;
}

/**
 * Small chunks are found well and read badly: gives each hit with its neighbours. Hits of a document whose neighbours touch
 * become one passage, so no text is given twice. Passages rank by their best hit.
 *
 * @param hits Best first.
 * @throws RangeError unless `before` and `after` are integers from 0 up, or Infinity.
 */
export async function expandHits<Found extends Hit>(
  hits: readonly Found[],
  lookup: ChunkLookup,
  { before = 1, after = 1 }: ExpandOptions = {},
): Promise<Passage<Found>[]> {
  for (const [name, value] of Object.entries({ before, after }))
    if (value !== Infinity) checkInteger(name, value, 0);
  const byDocument = Map.groupBy(hits, ({ chunk }) => chunk.documentId);
  const passages: Passage<Found>[] = [];
  for (const [documentId, found] of byDocument) {
    const chunks = (await lookup.chunksOfDocument(documentId)).toSorted((a, b) => a.index - b.index);
    const hitsById = new Map(found.map((hit) => [hit.chunk.id, hit]));
    const wanted = chunks.map(() => false);
    for (const [at, { id }] of chunks.entries()) {
      if (!hitsById.has(id)) continue;
      const last = Math.min(chunks.length - 1, at + after);
      for (let near = Math.max(0, at - before); near <= last; near++) wanted[near] = true;
    }
    for (let from = 0; from < chunks.length; from++) {
      if (!wanted[from]) continue;
      let to = from;
      while (wanted[to + 1] === true) to++;
      passages.push(passage(documentId, chunks.slice(from, to + 1), found));
      from = to;
    }
    // A hit whose document is gone from the store since: itself is all there is.
    for (const hit of found)
      if (!chunks.some(({ id }) => id === hit.chunk.id))
        passages.push(passage(documentId, [hit.chunk], [hit]));
  }
  const order = new Map(hits.map((hit, at) => [hit.chunk.id, at]));
  return passages.sort((a, b) => order.get(a.hits[0]!.chunk.id)! - order.get(b.hits[0]!.chunk.id)!);
}

function passage<Found extends Hit>(
  documentId: string,
  chunks: readonly Chunk[],
  found: readonly Found[],
): Passage<Found> {
  const { start } = chunks[0]!;
  let { end } = chunks[0]!;
  let { text } = chunks[0]!;
  for (const chunk of chunks.slice(1)) {
    if (chunk.end <= end) continue;
    text += chunk.start > end ? `\n${chunk.text}` : chunk.text.slice(end - chunk.start);
    end = chunk.end;
  }
  const ids = new Set(chunks.map(({ id }) => id));
  const hits = found.filter(({ chunk }) => ids.has(chunk.id));
  return { documentId, start, end, text, chunks, hits, score: hits[0]!.score };
}
