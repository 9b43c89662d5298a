import { expect, it } from 'vitest';
import {
  averagePrecision,
  ndcgAt,
  precisionAt,
  recallAt,
  reciprocalRank,
} from '../../src/retrieval/measures.ts';
import { bootstrapInterval, pairedTest } from '../../src/retrieval/statistics.ts';

const ranked = ['a', 'b', 'c', 'd', 'e'];
/** Found at ranks 2 and 4; a third is not found at all. */
const relevant = new Set(['b', 'd', 'z']);

it.each([
  { measure: 'recall@1', value: recallAt(ranked, relevant, 1), expected: 0 },
  { measure: 'recall@2', value: recallAt(ranked, relevant, 2), expected: 1 / 3 },
  { measure: 'recall@10', value: recallAt(ranked, relevant, 10), expected: 2 / 3 },
  { measure: 'P@2', value: precisionAt(ranked, relevant, 2), expected: 1 / 2 },
  { measure: 'P@10, short ranking', value: precisionAt(ranked, relevant, 10), expected: 2 / 10 },
  { measure: 'reciprocal rank', value: reciprocalRank(ranked, relevant), expected: 1 / 2 },
  { measure: 'reciprocal rank within 1', value: reciprocalRank(ranked, relevant, 1), expected: 0 },
  // (1/2 + 2/4 + 0) / 3
  { measure: 'average precision', value: averagePrecision(ranked, relevant), expected: 1 / 3 },
  // Gains 1/log2(3) + 1/log2(5) = 0.6309 + 0.4307; ideal 1 + 0.6309 + 0.5 = 2.1309.
  { measure: 'nDCG@10', value: ndcgAt(ranked, relevant, 10), expected: 0.498_189_26 },
  // Ideal cut at 2 as well: 0.6309 / 1.6309.
  { measure: 'nDCG@2', value: ndcgAt(ranked, relevant, 2), expected: 0.386_852_8 },
  { measure: 'nothing found', value: ndcgAt([], relevant, 10), expected: 0 },
  { measure: 'all found, in any order', value: ndcgAt(['z', 'd', 'b'], relevant, 10), expected: 1 },
])('should give $expected as $measure', ({ value, expected }) => {
  expect(value).toBeCloseTo(expected, 7);
});

it('should weigh grades by themselves in nDCG, as trec_eval does, and not by powers of two', () => {
  const graded = new Map([
    ['a', 1],
    ['b', 3],
  ]);
  // (1 + 3/log2(3)) / (3 + 1/log2(3)) = 2.8928 / 3.6309; by powers of two it would be 0.7098.
  expect(ndcgAt(['a', 'b'], graded, 10)).toBeCloseTo(0.796_707_6, 6);
});

it.each([
  { what: 'no relevant id', act: () => recallAt(ranked, new Set<string>(), 5), says: /`relevant`/ },
  { what: 'an id twice', act: () => ndcgAt(['a', 'a'], relevant, 5), says: /'a' twice/ },
  { what: 'k of 0', act: () => precisionAt(ranked, relevant, 0), says: /`k` must be an integer from 1/ },
  { what: 'a grade of 0', act: () => ndcgAt(ranked, new Map([['a', 0]]), 5), says: /above 0, got 0/ },
  { what: 'no scores', act: () => bootstrapInterval([]), says: /at least one/ },
  { what: 'NaN', act: () => bootstrapInterval([NaN]), says: /finite numbers, got NaN/ },
  { what: 'confidence of 95', act: () => bootstrapInterval([1], { confidence: 95 }), says: /got 95/ },
  { what: 'unequal lists', act: () => pairedTest([1], [1, 2]), says: /got 1 and 2/ },
])('should refuse $what', ({ act, says }) => {
  expect(act).toThrow(says);
});

it('should give the same interval for the same seed, around the mean', () => {
  const values = Array.from({ length: 50 }, (_, at) => at / 49);
  const interval = bootstrapInterval(values, { seed: 7 });
  expect(interval).toEqual(bootstrapInterval(values, { seed: 7 }));
  expect(interval).not.toEqual(bootstrapInterval(values, { seed: 8 }));
  expect(interval.mean).toBeCloseTo(0.5, 12);
  // The standard deviation is 0.2945, the standard error 0.0416; a normal interval is 0.5 ± 0.082.
  expect(interval.low).toBeCloseTo(0.418, 2);
  expect(interval.high).toBeCloseTo(0.582, 2);
});

it('should give no width to scores that are all the same', () => {
  expect(bootstrapInterval([0.25, 0.25])).toEqual({ mean: 0.25, low: 0.25, high: 0.25 });
});

it('should count the ways of few questions exactly', () => {
  // Differences 1, 1, 1: of the 8 ways to choose signs only +++ and --- reach a sum of 3.
  expect(pairedTest([0, 0, 0], [1, 1, 1])).toEqual({ difference: 1, p: 2 / 8 });
  expect(pairedTest([1, 0], [0, 1])).toEqual({ difference: 0, p: 1 });
});

it('should draw the ways of many questions, and tell a steady gain from noise', () => {
  const first = Array.from({ length: 60 }, (_, at) => (at % 7) / 7);
  const steady = first.map((value) => value + 0.1);
  const noise = first.map((value, at) => value + (at % 2 === 0 ? 0.1 : -0.1));
  expect(pairedTest(first, steady).p).toBeLessThan(0.001);
  expect(pairedTest(first, noise).p).toBeGreaterThan(0.9);
  expect(pairedTest(first, steady, { seed: 3 })).toEqual(pairedTest(first, steady, { seed: 3 }));
});
