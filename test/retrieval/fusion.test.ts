import { expect, it } from 'vitest';
import { diversify } from '../../src/retrieval/diversity.ts';
import { fuseByRank } from '../../src/retrieval/fusion.ts';
import { chunkOf } from './chunks.ts';

const hits = (...ids: string[]) => ids.map((id, at) => ({ chunk: chunkOf(id), score: 10 - at }));
const idsOf = (list: readonly { chunk: { documentId: string } }[]) =>
  list.map(({ chunk }) => chunk.documentId);

it('should add up 1 / (60 + rank) and say what each source did', () => {
  const fused = fuseByRank([
    { source: 'vector', hits: hits('a', 'b', 'c') },
    { source: 'keyword', hits: hits('c', 'b') },
  ]);
  expect(idsOf(fused)).toEqual(['c', 'b', 'a']);
  expect(fused[0]!.score).toBeCloseTo(1 / 63 + 1 / 61, 15);
  expect(fused[0]!.sources).toEqual({
    vector: { rank: 3, score: 8, confidence: 1, vote: 1 / 63 },
    keyword: { rank: 1, score: 10, confidence: 1, vote: 1 / 61 },
  });
  expect(Object.keys(fused[2]!.sources)).toEqual(['vector']);
});

it('should weigh sources, and each hit by its confidence', () => {
  const fused = fuseByRank([
    { source: 'vector', hits: hits('a'), weight: 2 },
    {
      source: 'keyword',
      hits: hits('b', 'c'),
      confidence: ({ chunk }) => (chunk.documentId === 'b' ? 0 : 0.5),
    },
  ]);
  expect(fused.map(({ score }) => score)).toEqual([2 / 61, 0.5 / 62, 0]);
});

it('should keep the order of first appearance among ties, and stop at topK', () => {
  const lists = [
    { source: 'one', hits: hits('a') },
    { source: 'two', hits: hits('b') },
    { source: 'three', hits: hits('c') },
  ];
  expect(idsOf(fuseByRank(lists))).toEqual(['a', 'b', 'c']);
  expect(idsOf(fuseByRank(lists, { topK: 2, k: 0 }))).toEqual(['a', 'b']);
  expect(fuseByRank([])).toEqual([]);
});

it.each([
  {
    what: 'a negative weight',
    rankings: [{ source: 'a', hits: hits('x'), weight: -1 }],
    says: /`weight`.*got -1/,
  },
  {
    what: 'NaN as confidence',
    rankings: [{ source: 'a', hits: hits('x'), confidence: () => NaN }],
    says: /`confidence`/,
  },
  {
    what: 'a name twice',
    rankings: [
      { source: 'a', hits: [] },
      { source: 'a', hits: [] },
    ],
    says: /one name each/,
  },
])('should refuse $what', ({ rankings, says }) => {
  expect(() => fuseByRank(rankings)).toThrow(says);
});

it('should pass over what says the same again', () => {
  const list = hits('first', 'its twin', 'another');
  const vectors = [
    [1, 0],
    [1, 0],
    [0, 1],
  ].map((values) => Float32Array.from(values));
  expect(idsOf(diversify(list, vectors, { diversity: 0 }))).toEqual(['first', 'its twin', 'another']);
  // Twin: 0.5 × 0.5 - 0.5 × 1; another: 0.5 × 0 - 0.5 × 0.
  expect(idsOf(diversify(list, vectors, { diversity: 0.5 }))).toEqual(['first', 'another', 'its twin']);
  expect(idsOf(diversify(list, vectors, { diversity: 0.5, topK: 1 }))).toEqual(['first']);
  expect(diversify([], [])).toEqual([]);
  expect(() => diversify(list, [])).toThrow(/got 0 for 3/);
  expect(() => diversify(list, vectors, { diversity: 2 })).toThrow(/from 0 to 1, got 2/);
});
