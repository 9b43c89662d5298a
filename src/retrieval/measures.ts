import { checkInteger } from '../iter/checks.ts';

/** Ids that answer a question; a map gives each a grade above 0, a set gives all the grade 1. */
export type Relevant = ReadonlySet<string> | ReadonlyMap<string, number>;

const gradeOf = (relevant: Relevant, id: string): number =>
  relevant instanceof Map ? (relevant.get(id) ?? 0) : relevant.has(id) ? 1 : 0;

function check(ranked: readonly string[], relevant: Relevant, k: number): void {
  checkInteger('k', k, 1);
  if (relevant.size === 0)
    throw new RangeError('`relevant` must name at least one id: without one, no measure is defined');
  if (relevant instanceof Map) {
    for (const [id, grade] of relevant) {
      if (!Number.isFinite(grade) || grade <= 0)
        throw new RangeError(`\`relevant\` must hold grades above 0, got ${grade} for '${id}'`);
    }
  }
  const seen = new Set<string>();
  for (const id of ranked) {
    if (seen.has(id)) throw new RangeError(`\`ranked\` must name each id once, got '${id}' twice`);
    seen.add(id);
  }
}

const found = (ranked: readonly string[], relevant: Relevant, k: number): number =>
  ranked.slice(0, k).filter((id) => relevant.has(id)).length;

/**
 * Share of what is relevant that stands among the first `k`: trec_eval's `recall.k`.
 *
 * @param ranked Ids, best first, each once; may be shorter than `k`.
 * @throws RangeError if nothing is relevant, an id stands twice, or `k` is not an integer from 1 up.
 */
export function recallAt(ranked: readonly string[], relevant: Relevant, k: number): number {
  check(ranked, relevant, k);
  return found(ranked, relevant, k) / relevant.size;
}

/**
 * Share of the first `k` places that hold something relevant: trec_eval's `P.k`. Empty places count as misses.
 *
 * @throws as {@link recallAt}
 */
export function precisionAt(ranked: readonly string[], relevant: Relevant, k: number): number {
  check(ranked, relevant, k);
  return found(ranked, relevant, k) / k;
}

/**
 * 1 / the rank of the first relevant id, 0 if there is none: trec_eval's `recip_rank`; its mean over questions is the MRR.
 *
 * @param k Ranks looked at. @default all
 * @throws as {@link recallAt}
 */
export function reciprocalRank(
  ranked: readonly string[],
  relevant: Relevant,
  k = Number.MAX_SAFE_INTEGER,
): number {
  check(ranked, relevant, k);
  const at = ranked.slice(0, k).findIndex((id) => relevant.has(id));
  return at === -1 ? 0 : 1 / (at + 1);
}

/**
 * Discounted gain of the first `k` over that of the best possible order: trec_eval's `ndcg_cut.k`. The gain is the grade,
 * the discount `log2(rank + 1)` (Järvelin & Kekäläinen 2002, https://doi.org/10.1145/582415.582418, as trec_eval has it).
 *
 * @throws as {@link recallAt}
 */
export function ndcgAt(ranked: readonly string[], relevant: Relevant, k: number): number {
  check(ranked, relevant, k);
  const gain = (grades: readonly number[]) =>
    grades.slice(0, k).reduce((sum, grade, at) => sum + grade / Math.log2(at + 2), 0);
  const ideal =
    relevant instanceof Map ? [...relevant.values()] : Array.from<number>({ length: relevant.size }).fill(1);
  return gain(ranked.map((id) => gradeOf(relevant, id))) / gain(ideal.sort((a, b) => b - a));
}

/**
 * Mean of the precisions at the ranks of the relevant ids, where an id that was not found counts 0: trec_eval's `map` of
 * one question.
 *
 * @throws as {@link recallAt}
 */
export function averagePrecision(ranked: readonly string[], relevant: Relevant): number {
  check(ranked, relevant, 1);
  let hits = 0;
  let sum = 0;
  for (const [at, id] of ranked.entries()) if (relevant.has(id)) sum += ++hits / (at + 1);
  return sum / relevant.size;
}
