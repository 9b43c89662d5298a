import type { Chunk } from '../chunking/chunk.ts';

/** Of two overlapping slices of one document, or of two texts' word triples, this share in common counts as the same. */
const sameShare = 0.8;

/** Finds passages that say what an earlier one has said: overlapping slices, and copies in other documents. */
export class NearDuplicates {
  readonly #seen: { readonly chunk: Chunk; readonly triples: ReadonlySet<string> }[] = [];

  has(chunk: Chunk): boolean {
    const triples = triplesOf(chunk.text);
    return this.#seen.some(
      (other) => overlap(other.chunk, chunk) >= sameShare || common(other.triples, triples) >= sameShare,
    );
  }

  add(chunk: Chunk): void {
    this.#seen.push({ chunk, triples: triplesOf(chunk.text) });
  }
}

/** Share of the shorter slice that both cover. */
function overlap(a: Chunk, b: Chunk): number {
  if (a.documentId !== b.documentId) return 0;
  const shared = Math.min(a.end, b.end) - Math.max(a.start, b.start);
  return shared / Math.max(1, Math.min(a.end - a.start, b.end - b.start));
}

/** Jaccard's measure: what is in both, of what is in either. */
function common(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = a.intersection(b).size;
  return shared === 0 ? 0 : shared / (a.size + b.size - shared);
}

function triplesOf(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/\p{Script=Han}|[\p{L}\p{N}]+/gu) ?? [];
  const triples = new Set<string>();
  for (let index = 0; index < Math.max(1, words.length - 2); index++) {
    triples.add(words.slice(index, index + 3).join(' '));
  }
  return triples;
}
