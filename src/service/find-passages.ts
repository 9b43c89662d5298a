import { fuseByRank, type FusedHit, type Ranking } from '../retrieval/fusion.ts';
import type { KeywordHit, KeywordIndex } from '../retrieval/keyword-index.ts';
import type { Hit, SearchOptions, VectorStore } from '../retrieval/vector-store.ts';
import type { StageLimit } from './stage-timeout.ts';
import { withinLimit } from './stage-timeout.ts';

/** Hits of each source that take part in the fusion. */
const candidates = 100;

export interface Found {
  readonly hits: readonly Hit[];
  /** The source that did not answer, while the other did. */
  readonly failure: { readonly source: 'vector' | 'keyword'; readonly error: Error } | undefined;
}

/**
 * The best passages by vectors, and by words as well where there are keywords: both at once, their ranks fused, a keyword
 * hit voting with the share of the question that it holds (see `Retriever`, which also embeds the question; here that is a stage of
 * its own). One of the two may fail.
 *
 * @throws the vectors' error if there are no keywords or both fail; `signal.reason` when aborted.
 */
export async function findPassages(
  question: string,
  vector: Float32Array,
  { store, keywords }: { readonly store: VectorStore; readonly keywords: KeywordIndex | undefined },
  { topK = 10, filter }: Pick<SearchOptions, 'topK' | 'filter'>,
  limitMs: number,
  limit: StageLimit,
): Promise<Found> {
  const byVector = (wanted: number) =>
    withinLimit('search', limitMs, limit, (signal) => store.search(vector, { topK: wanted, filter, signal }));
  if (keywords === undefined) return { hits: await byVector(topK), failure: undefined };
  const wanted = Math.max(topK, candidates);
  const [vectors, words] = await Promise.allSettled([
    byVector(wanted),
    withinLimit('search', limitMs, limit, (signal) =>
      keywords.search(question, { topK: wanted, filter, signal }),
    ),
  ]);
  limit.signal.throwIfAborted();
  if (vectors.status === 'rejected' && words.status === 'rejected') throw vectors.reason;
  const rankings: Ranking[] = [];
  if (vectors.status === 'fulfilled') rankings.push({ source: 'vector', hits: vectors.value });
  if (words.status === 'fulfilled') {
    const confidence = (hit: Hit) => (hit as KeywordHit).coverage;
    rankings.push({ source: 'keyword', hits: words.value, confidence });
  }
  const hits: readonly FusedHit[] = fuseByRank(rankings, { topK });
  const failed = vectors.status === 'rejected' ? vectors : words;
  if (failed.status === 'fulfilled') return { hits, failure: undefined };
  const error = failed.reason instanceof Error ? failed.reason : new Error(String(failed.reason));
  return { hits, failure: { source: failed === vectors ? 'vector' : 'keyword', error } };
}
