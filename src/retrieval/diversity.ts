import { checkInteger } from '../iter/checks.ts';
import type { Hit } from './vector-store.ts';

export interface DiversityOptions {
  /** How much sameness costs, from 0 (order kept) to 1 (only difference counts). @default 0.3 */
  readonly diversity?: number;
  /** Most hits given back, from 1. @default all */
  readonly topK?: number;
}

/**
 * Re-orders hits so that each says something new: always the next with the largest `(1 - diversity) × relevance -
 * diversity × its largest cosine with a hit before it` (maximal marginal relevance, Carbonell & Goldstein 1998,
 * https://doi.org/10.1145/290941.291025). Relevance is the score, spread over 0 to 1 among these hits, so any scale will do.
 * Takes `hits × topK` cosines.
 *
 * @param hits Best first.
 * @param vectors Unit vectors, one a hit.
 * @throws RangeError for an option out of range, or lists that differ in length.
 */
export function diversify<Found extends Hit>(
  hits: readonly Found[],
  vectors: readonly Float32Array[],
  { diversity = 0.3, topK = Number.MAX_SAFE_INTEGER }: DiversityOptions = {},
): Found[] {
  checkInteger('topK', topK, 1);
  if (!(diversity >= 0 && diversity <= 1))
    throw new RangeError(`\`diversity\` must be from 0 to 1, got ${diversity}`);
  if (hits.length !== vectors.length)
    throw new RangeError(`\`vectors\` must hold one vector a hit, got ${vectors.length} for ${hits.length}`);
  const highest = Math.max(...hits.map(({ score }) => score));
  const span = highest - Math.min(...hits.map(({ score }) => score));
  const left = hits.map((hit, at) => ({
    hit,
    vector: vectors[at]!,
    relevance: span === 0 ? 1 : 1 - (highest - hit.score) / span,
    nearest: -Infinity,
  }));
  const chosen: Found[] = [];
  while (left.length > 0 && chosen.length < topK) {
    const worth = ({ relevance, nearest }: (typeof left)[number]) =>
      (1 - diversity) * relevance - (chosen.length === 0 ? 0 : diversity * nearest);
    let best = 0;
    for (let at = 1; at < left.length; at++) if (worth(left[at]!) > worth(left[best]!)) best = at;
    const [next] = left.splice(best, 1);
    chosen.push(next!.hit);
    for (const other of left) other.nearest = Math.max(other.nearest, dot(other.vector, next!.vector));
  }
  return chosen;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (const [at, value] of a.entries()) sum += value * b[at]!;
  return sum;
}
