import { checkInteger } from '../iter/checks.ts';
import type { Hit } from './vector-store.ts';

export interface RerankOptions {
  /** Most hits given back, from 1. @default all */
  readonly topN?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What a reranker says of one hit. */
export type RerankedHit<Found extends Hit> = Found & {
  /** Rank before, from 1. */
  readonly formerRank: number;
  /** Score before. */
  readonly formerScore: number;
};

/** Looks at a question and each text together, which finds better than ranks alone and costs more: for few hits. */
export interface Reranker {
  readonly name: string;
  /**
   * How well each text answers the question, in the order of `texts`; higher is better, and only comparable within one call.
   *
   * @throws `signal.reason` when aborted.
   */
  score(
    question: string,
    texts: readonly string[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<number[]>;
}

/**
 * The hits in the reranker's order, each with its score, and where it stood before. Ties keep their order.
 *
 * @param hits Best first.
 * @throws RangeError if `topN` is not an integer from 1 up.
 * @throws what the reranker throws.
 */
export async function rerank<Found extends Hit>(
  reranker: Reranker,
  question: string,
  hits: readonly Found[],
  { topN = Number.MAX_SAFE_INTEGER, signal }: RerankOptions = {},
): Promise<RerankedHit<Found>[]> {
  checkInteger('topN', topN, 1);
  signal?.throwIfAborted();
  if (hits.length === 0) return [];
  const scores = await reranker.score(
    question,
    hits.map(({ chunk }) => chunk.text),
    { signal },
  );
  return reorder(hits, scores, topN);
}

/**
 * As {@link rerank}, but half of the new score is the former one: the mean of both, each as its distance from the mean of
 * these hits in standard deviations. A reranker that is weaker than the search alone then does no harm, and one that sees
 * what the search does not still helps.
 */
export async function blendRerank<Found extends Hit>(
  reranker: Reranker,
  question: string,
  hits: readonly Found[],
  { topN = Number.MAX_SAFE_INTEGER, signal }: RerankOptions = {},
): Promise<RerankedHit<Found>[]> {
  const scored = await rerank(reranker, question, hits, { signal });
  const former = standardScores(hits.map(({ score }) => score));
  const scores: number[] = [];
  for (const { formerRank, score } of scored) scores[formerRank - 1] = score;
  const blended = standardScores(scores).map((score, at) => (score + former[at]!) / 2);
  checkInteger('topN', topN, 1);
  return reorder(hits, blended, topN);
}

/** Distances from the mean in standard deviations; zeros where all are the same. */
export function standardScores(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return values.map((value) => (deviation === 0 ? 0 : (value - mean) / deviation));
}

function reorder<Found extends Hit>(
  hits: readonly Found[],
  scores: readonly number[],
  topN: number,
): RerankedHit<Found>[] {
  if (scores.length !== hits.length)
    throw new Error(`The reranker gave ${scores.length} scores for ${hits.length} texts`);
  const odd = scores.find((score) => !Number.isFinite(score));
  if (odd !== undefined) throw new Error(`The reranker gave the score ${odd}`);
  return hits
    .map((hit, at) => ({ ...hit, score: scores[at]!, formerRank: at + 1, formerScore: hit.score }))
    .sort((a, b) => b.score - a.score)
    .slice(0, topN);
}
