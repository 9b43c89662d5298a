import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TokenVectors } from '../../src/embedding/embedder.ts';
import { TransformersEmbedder } from '../../src/embedding/transformers-embedder.ts';
import { LateInteractionReranker } from '../../src/retrieval/late-interaction.ts';
import { blendRerank, rerank, standardScores } from '../../src/retrieval/reranker.ts';
import { chunkOf } from './chunks.ts';

let embedder: TransformersEmbedder;
beforeAll(async () => {
  embedder = await TransformersEmbedder.load({ threads: 1 });
});
afterAll(() => embedder[Symbol.asyncDispose]());

const texts = [
  'A token bucket limits how many requests are sent in a second.',
  '背压让快的数据源慢下来，等读的一方跟上。',
  'Backpressure slows a fast source down to the speed of its reader.',
];
const question = 'What slows down a source that is too fast?';

/** MaxSim as the paper writes it, on the vectors as they are. */
function maxSim(query: TokenVectors, text: TokenVectors, dimensions: number): number {
  const row = ({ matrix }: TokenVectors, at: number) =>
    matrix.subarray(at * dimensions, (at + 1) * dimensions);
  const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
  const inner = ({ tokens }: TokenVectors) => Array.from({ length: tokens - 2 }, (_, at) => at + 1);
  const best = inner(query).map((token) =>
    Math.max(...inner(text).map((other) => cosine(row(query, token), row(text, other)))),
  );
  return best.reduce((sum, value) => sum + value, 0) / best.length;
}

it('should score by MaxSim, within what bytes can hold', async () => {
  const scores = await new LateInteractionReranker({ embedder }).score(question, texts);
  const [query] = await embedder.embedTokens([question], { kind: 'query' });
  const vectors = await embedder.embedTokens(texts);
  for (const [at, score] of scores.entries())
    expect(Math.abs(score - maxSim(query!, vectors[at]!, embedder.dimensions))).toBeLessThan(0.003);
});

it('should find the answer in either language', async () => {
  const hits = texts.map((text, at) => ({ chunk: chunkOf(text), score: 1 - at / 10 }));
  const reranker = new LateInteractionReranker({ embedder });
  const again = await rerank(reranker, question, hits, { topN: 2 });
  expect(again.map(({ chunk }) => chunk.text)).toEqual([texts[2], texts[1]]);
  expect(again[0]).toMatchObject({ formerRank: 3, formerScore: 0.8 });
  expect(await rerank(reranker, question, [])).toEqual([]);
});

it('should give the same scores from its cache, and encode each text once', async () => {
  let encoded = 0;
  const counting = {
    model: embedder.model,
    dimensions: embedder.dimensions,
    embedTokens: (list: readonly string[], options = {}) => {
      encoded += list.length;
      return embedder.embedTokens(list, options);
    },
  };
  const reranker = new LateInteractionReranker({ embedder: counting, maxCachedTexts: 2, batchSize: 1 });
  const scores = await reranker.score(question, [...texts, texts[0]!]);
  expect(encoded).toBe(1 + 3);
  expect(scores[3]).toBe(scores[0]);
  expect(await reranker.score(question, texts.slice(1))).toEqual(scores.slice(1, 3));
  expect(encoded).toBe(1 + 3 + 1);
});

it('should take an empty question or text without NaN', async () => {
  const reranker = new LateInteractionReranker({ embedder });
  for (const asked of ['', question])
    expect((await reranker.score(asked, ['', texts[0]!])).every(Number.isFinite)).toBe(true);
});

it('should stop when told to', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const asked = new LateInteractionReranker({ embedder }).score(question, texts, {
    signal: controller.signal,
  });
  controller.abort(reason);
  await expect(asked).rejects.toBe(reason);
});

const fixed = (scores: readonly number[]) => ({ name: 'fixed', score: () => Promise.resolve([...scores]) });
const hits = ['a', 'b', 'c'].map((id, at) => ({ chunk: chunkOf(id), score: 3 - at }));

it('should blend half and half, whatever the scales', async () => {
  // Former scores 3, 2, 1 stand at 1.22, 0, -1.22; 0, 900, 0 at -0.71, 1.41, -0.71.
  const blended = await blendRerank(fixed([0, 900, 0]), 'q', hits);
  expect(blended.map(({ chunk }) => chunk.documentId)).toEqual(['b', 'a', 'c']);
  expect(blended.map(({ score }) => score)).toEqual([
    expect.closeTo(0.7071, 4),
    expect.closeTo(0.2588, 4),
    expect.closeTo(-0.9659, 4),
  ]);
  expect((await blendRerank(fixed([5, 5, 5]), 'q', hits)).map(({ formerRank }) => formerRank)).toEqual([
    1, 2, 3,
  ]);
  expect(standardScores([2, 2])).toEqual([0, 0]);
});

it.each([
  { what: 'too few scores', reranker: fixed([1]), says: /1 scores for 3 texts/ },
  { what: 'NaN', reranker: fixed([1, NaN, 2]), says: /the score NaN/ },
])('should refuse $what from a reranker', async ({ reranker, says }) => {
  await expect(rerank(reranker, 'q', hits)).rejects.toThrow(says);
});
