import { getEventListeners } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { normalize } from '../../src/embedding/pooling.ts';
import { cosineSimilarity } from '../../src/embedding/similarity.ts';
import { TransformersEmbedder } from '../../src/embedding/transformers-embedder.ts';

let embedder: TransformersEmbedder;
beforeAll(async () => {
  embedder = await TransformersEmbedder.load({ threads: 1 });
});
afterAll(() => embedder[Symbol.asyncDispose]());

const texts = [
  '生成器在每个 yield 处暂停。',
  'A',
  'A much longer sentence about generators that pause at every yield.',
  '',
];

const row = (matrix: Float32Array, at: number) =>
  matrix.subarray(at * embedder.dimensions, (at + 1) * embedder.dimensions);

it('should give unit vectors for every token, in the order of the texts', async () => {
  const vectors = await embedder.embedTokens(texts);
  expect(vectors).toHaveLength(texts.length);
  for (const { tokens, matrix } of vectors) {
    expect(matrix).toHaveLength(tokens * embedder.dimensions);
    for (let at = 0; at < tokens; at++) expect(Math.hypot(...row(matrix, at))).toBeCloseTo(1, 5);
  }
  expect(vectors.map(({ tokens }) => tokens)).toEqual([
    (await embedder.embedTokens([texts[0]!]))[0]!.tokens,
    3,
    expect.any(Number),
    2,
  ]);
});

it('should give tokens that point where the text points', async () => {
  const [text] = await Array.fromAsync(embedder.embed([texts[2]!]));
  const [{ tokens, matrix } = { tokens: 0, matrix: new Float32Array() }] = await embedder.embedTokens([
    texts[2]!,
  ]);
  const sum = new Float32Array(embedder.dimensions);
  for (let at = 0; at < tokens; at++) for (const [i, value] of row(matrix, at).entries()) sum[i]! += value;
  expect(cosineSimilarity(normalize(sum), text!)).toBeGreaterThan(0.98);
});

it('should cut a text at the limit of the model', async () => {
  const [vectors] = await embedder.embedTokens(['word '.repeat(2_000)]);
  expect(vectors!.tokens).toBe(embedder.maxTokens);
});

it('should stop when told to, and go on with the next', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const asked = embedder.embedTokens(
    Array.from({ length: 200 }, () => texts[2]!),
    { signal: controller.signal },
  );
  controller.abort(reason);
  await expect(asked).rejects.toBe(reason);
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  expect(await embedder.embedTokens(['A'])).toHaveLength(1);
  expect(await embedder.embedTokens([])).toEqual([]);
  await expect(embedder.embedTokens([1 as unknown as string])).rejects.toThrow(/got 1 at position 0/);
});

it('should fail clearly when the model is gone', async () => {
  const gone = await TransformersEmbedder.load({ threads: 1 });
  await gone[Symbol.asyncDispose]();
  await expect(gone.embedTokens(['A'])).rejects.toMatchObject({ name: 'EmbeddingModelError' });
});
