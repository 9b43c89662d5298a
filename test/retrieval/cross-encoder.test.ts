import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { CrossEncoderReranker } from '../../src/retrieval/cross-encoder.ts';
import { rerank } from '../../src/retrieval/reranker.ts';
import { chunkOf } from './chunks.ts';
import { tinyCrossEncoder } from './tiny-cross-encoder.ts';

const words = { which: [0.5], good: [1], better: [2], best: [4], bad: [-3] };

async function loaded(options = {}, vocabulary: Record<string, number[]> = words) {
  const model = await tinyCrossEncoder(vocabulary);
  const reranker = await CrossEncoderReranker.load({ model, dtype: 'fp32', ...options });
  onTestFinished(() => reranker[Symbol.asyncDispose]());
  return reranker;
}

it('should give what the model says of question and text together, in the order of the texts', async () => {
  const reranker = await loaded();
  expect(await reranker.score('which', ['good', 'best good good bad', '', 'better'])).toEqual([
    1.5, 3.5, 0.5, 2.5,
  ]);
  expect(await reranker.score('which best', ['good'])).toEqual([5.5]);
  expect(await reranker.score('which', [])).toEqual([]);
});

it('should give the same in small batches as in one', async () => {
  const texts = Array.from({ length: 20 }, (_, at) => 'good '.repeat((at * 7) % 11));
  const inOne = await (await loaded()).score('which', texts);
  expect(inOne).toEqual(texts.map((text) => 0.5 + text.length / 5));
  expect(await (await loaded({ maxBatchTokens: 16 })).score('which', texts)).toEqual(inOne);
});

it("should cut a text at the model's limit", async () => {
  const [score] = await (await loaded()).score('which', ['good '.repeat(100)]);
  expect(score).toBeGreaterThan(20);
  expect(score).toBeLessThan(32);
});

it('should order hits by it', async () => {
  const hits = ['good', 'bad', 'best'].map((text, at) => ({ chunk: chunkOf(text), score: 1 - at / 10 }));
  const again = await rerank(await loaded(), 'which', hits, { topN: 2 });
  expect(again.map(({ chunk, formerRank }) => [chunk.text, formerRank])).toEqual([
    ['best', 3],
    ['good', 1],
  ]);
});

it('should stop when told to', async () => {
  const reranker = await loaded({ maxBatchTokens: 8 });
  const controller = new AbortController();
  const reason = new Error('enough');
  const asked = reranker.score(
    'which',
    Array.from({ length: 50 }, () => 'good'),
    { signal: controller.signal },
  );
  controller.abort(reason);
  await expect(asked).rejects.toBe(reason);
});

it('should refuse a model that gives more than one number', async () => {
  const classifier = await loaded({}, { good: [1, 2] });
  await expect(classifier.score('good', ['good'])).rejects.toThrow(
    /one number for each text, got the shape 1 × 2/,
  );
});

it('should name what is missing, damaged or not allowed', async () => {
  await expect(CrossEncoderReranker.load({ model: 'someone/reranker' })).rejects.toThrow(/downloads are off/);
  await expect(CrossEncoderReranker.load({ model: '/no/such/folder' })).rejects.toThrow(
    /config\.json is missing/,
  );
  await expect(CrossEncoderReranker.load({ model: './x', maxTokens: 4 })).rejects.toThrow(
    /`maxTokens`.*got 4/,
  );
  const folder = await tinyCrossEncoder(words);
  await writeFile(join(folder, 'onnx', 'model.onnx'), 'not a model');
  await expect(CrossEncoderReranker.load({ model: folder, dtype: 'fp32' })).rejects.toThrow(
    /cannot be loaded/,
  );
  await rm(join(folder, 'tokenizer.json'));
  await expect(CrossEncoderReranker.load({ model: folder })).rejects.toThrow(/tokenizer\.json is missing/);
});
