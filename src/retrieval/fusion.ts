import { checkInteger, checkNumber } from '../iter/checks.ts';
import type { Hit } from './vector-store.ts';

/** What one source said of a hit, kept so that a reader sees why it ranks where it does. */
export interface SourceRank {
  /** From 1. */
  readonly rank: number;
  /** The source's own score; scores of two sources do not compare. */
  readonly score: number;
  /** How far the source trusts the hit: 1, or the share of the question that its words cover. */
  readonly confidence: number;
  /** What the source added to the fused score. */
  readonly vote: number;
}

export interface FusedHit extends Hit {
  /** Sum of the sources' votes. */
  readonly score: number;
  /** By source name; a source that did not find the chunk is not there. */
  readonly sources: Readonly<Record<string, SourceRank>>;
}

/** One ranking to be fused. */
export interface Ranking {
  readonly source: string;
  /** Best first, each chunk once. */
  readonly hits: readonly Hit[];
  /** What its votes count, from 0. @default 1 */
  readonly weight?: number;
  /** What one hit's vote counts beside that, from 0: its confidence. @default always 1 */
  readonly confidence?: (hit: Hit) => number;
}

export interface FusionOptions {
  /** Damps the first ranks' lead, from 0. @default 60, from the paper */
  readonly k?: number;
  /** Most hits given back, from 1. @default all */
  readonly topK?: number;
}

/**
 * Fuses rankings whose scores do not compare, by ranks alone: a hit's score is the sum of `weight × confidence / (k + rank)`
 * over the sources that found it (reciprocal rank fusion, Cormack, Clarke & Büttcher 2009,
 * https://doi.org/10.1145/1571941.1572114; weight and confidence are additions). Ties rank in the order of first appearance.
 *
 * @throws RangeError for a negative `k` or weight, or two rankings of one name.
 */
export function fuseByRank(
  rankings: readonly Ranking[],
  { k = 60, topK = Number.MAX_SAFE_INTEGER }: FusionOptions = {},
): FusedHit[] {
  checkNumber('k', k, 0);
  checkInteger('topK', topK, 1);
  const names = new Set(rankings.map(({ source }) => source));
  if (names.size !== rankings.length)
    throw new RangeError(
      `\`rankings\` must have one name each, got ${rankings.map(({ source }) => `'${source}'`).join(', ')}`,
    );
  const fused = new Map<string, { hit: Hit; score: number; sources: Record<string, SourceRank> }>();
  for (const { source, hits, weight = 1, confidence = () => 1 } of rankings) {
    checkNumber('weight', weight, 0);
    for (const [at, hit] of hits.entries()) {
      const trust = confidence(hit);
      checkNumber('confidence', trust, 0);
      const vote = (weight * trust) / (k + at + 1);
      const held = fused.get(hit.chunk.id) ?? { hit, score: 0, sources: {} };
      held.score += vote;
      held.sources[source] = { rank: at + 1, score: hit.score, confidence: trust, vote };
      fused.set(hit.chunk.id, held);
    }
  }
  return [...fused.values()]
    .map(({ hit, score, sources }) => ({ chunk: hit.chunk, score, sources }))
    .sort((a, b) => b.score - a.score)
    .slice(0, topK);
}
