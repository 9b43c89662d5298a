import { getEventListeners } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TransformersEmbedder } from '../../src/embedding/transformers-embedder.ts';
import { VirtualClock } from '../../src/iter/clock.ts';
import { KeywordIndex } from '../../src/retrieval/keyword-index.ts';
import { MemoryStore } from '../../src/retrieval/memory-store.ts';
import { Retriever, type RetrieverOptions } from '../../src/retrieval/retriever.ts';
import { ModelMismatchError } from '../../src/retrieval/vector-store.ts';
import { chunkOf } from './chunks.ts';

const texts = {
  yield: 'A generator pauses at every yield and goes on at the next call.',
  pause: 'A generator pauses at each yield, and goes on at the next call of it.',
  pressure: 'Backpressure slows a fast source down to the speed of its reader.',
  token: 'A token bucket limits how many requests are sent in a second.',
  zh: '背压让快的数据源慢下来，等读的一方跟上。',
};

let embedder: TransformersEmbedder;
let store: MemoryStore;
const keywords = new KeywordIndex();

beforeAll(async () => {
  embedder = await TransformersEmbedder.load({ threads: 1 });
  store = new MemoryStore(embedder);
  const chunks = Object.entries(texts).map(([id, text]) =>
    chunkOf(text, { id, metadata: { language: id === 'zh' ? 'zh' : 'en' } }),
  );
  const vectors = await Array.fromAsync(embedder.embed(chunks.map(({ text }) => text)));
  await store.upsert(chunks.map((chunk, at) => ({ chunk, vector: vectors[at]! })));
  await keywords.upsert(chunks);
});

afterAll(() => embedder[Symbol.asyncDispose]());

const retriever = (options: Partial<RetrieverOptions> = {}) =>
  new Retriever({ embedder, store, keywords, ...options });
const idsOf = ({ hits }: { hits: readonly { chunk: { documentId: string } }[] }) =>
  hits.map(({ chunk }) => chunk.documentId);

it('should find by both, and say what each source did', async () => {
  const { hits, failures } = await retriever().search('What slows a fast source down?', { topK: 3 });
  expect(failures).toEqual([]);
  expect(hits).toHaveLength(3);
  expect(hits[0]).toMatchObject({
    chunk: { documentId: 'pressure', text: texts.pressure },
    sources: { vector: { rank: 1 }, keyword: { rank: 1 } },
  });
  const { vector, keyword } = hits[0]!.sources;
  expect(vector!.vote).toBe(1 / 61);
  expect(keyword!.vote).toBe(keyword!.confidence / 61);
  expect(hits[0]!.score).toBe(vector!.vote + keyword!.vote);
});

it.each(['vector', 'keyword'] as const)('should find by %s alone, in its order', async (mode) => {
  const { hits } = await retriever().search('backpressure source', { mode });
  expect(hits[0]!.chunk.documentId).toBe('pressure');
  expect(hits.every(({ sources }) => Object.keys(sources).join() === mode)).toBe(true);
  const scores = hits.map(({ score }) => score);
  expect(scores).toEqual(hits.map(({ sources }) => sources[mode]!.score));
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
});

it('should let a word that two languages happen to share vote only for its part of the question', async () => {
  const filter = { field: 'language', equals: 'en' } as const;
  const { hits } = await retriever().search('数据源太快，读的一方跟不上，每次 call 都要等，怎么慢下来？', {
    filter,
  });
  const misled = hits.filter(({ sources }) => sources.keyword !== undefined);
  expect(misled.map(({ chunk }) => chunk.documentId).toSorted()).toEqual(['pause', 'yield']);
  for (const { sources } of misled) expect(sources.keyword!.vote).toBeLessThan(0.2 * sources.vector!.vote);
  const foreign = await retriever().search('数据源太快，怎么慢下来？', { filter });
  expect(foreign.hits[0]!.chunk.documentId).toBe('pressure');
  expect(foreign.hits.every(({ sources }) => sources.keyword === undefined)).toBe(true);
});

it('should answer by keywords when the model is gone, and say so', async () => {
  const gone = await TransformersEmbedder.load({ threads: 1 });
  await gone[Symbol.asyncDispose]();
  const { hits, failures } = await retriever({ embedder: gone }).search('backpressure');
  expect(hits[0]!.chunk.documentId).toBe('pressure');
  expect(failures).toMatchObject([{ source: 'vector', error: { name: 'EmbeddingModelError' } }]);
  await expect(
    retriever({ embedder: gone }).search('backpressure', { mode: 'vector' }),
  ).rejects.toMatchObject({
    name: 'EmbeddingModelError',
  });
});

it('should answer by vectors when keywords take too long, and abort them', async () => {
  const clock = new VirtualClock();
  let aborted = false;
  const slow = {
    search: (_: string, { signal }: { signal?: AbortSignal } = {}) =>
      new Promise<never>((_resolve, reject) => {
        signal!.addEventListener('abort', () => {
          aborted = true;
          reject(signal!.reason as Error);
        });
        queueMicrotask(() => void clock.advance(50));
      }),
  };
  const { hits, failures } = await retriever({
    keywords: slow,
    clock,
    timeoutsMs: { keyword: 50, vector: 60_000 },
  }).search('backpressure');
  expect(hits[0]!.chunk.documentId).toBe('pressure');
  expect(failures).toMatchObject([{ source: 'keyword', error: { name: 'TimeoutError', limitMs: 50 } }]);
  expect(aborted).toBe(true);
});

it('should fail with both errors when neither source answers', async () => {
  const gone = await TransformersEmbedder.load({ threads: 1 });
  await gone[Symbol.asyncDispose]();
  const broken = { search: () => Promise.reject(new Error('disk gone')) };
  const failed = retriever({ embedder: gone, keywords: broken }).search('backpressure');
  await expect(failed).rejects.toBeInstanceOf(AggregateError);
  await expect(failed).rejects.toThrow(/keyword: disk gone/);
});

it('should stop when told to, and leave no listener', async () => {
  const controller = new AbortController();
  const search = retriever().search('backpressure', { signal: controller.signal });
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(search).rejects.toBe(reason);
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  const calm = new AbortController();
  await retriever().search('backpressure', { signal: calm.signal });
  expect(getEventListeners(calm.signal, 'abort')).toEqual([]);
});

it('should put what says the same behind what says something new, when asked', async () => {
  const question = 'When does a generator pause?';
  const plain = idsOf(await retriever().search(question, { topK: 2 }));
  expect(plain.toSorted()).toEqual(['pause', 'yield']);
  const diverse = idsOf(await retriever().search(question, { topK: 2, diversity: 0.7 }));
  expect(diverse[0]).toBe(idsOf(await retriever().search(question, { topK: 1 }))[0]);
  expect(['pause', 'yield']).not.toContain(diverse[1]);
});

it('should refuse what it cannot do, before anything runs', async () => {
  const other = new MemoryStore({ model: 'other', dimensions: 2 });
  expect(() => retriever({ store: other })).toThrow(ModelMismatchError);
  expect(() => retriever({ candidates: 0 })).toThrow(/from 1 to 10000, got 0/);
  expect(() => retriever({ weights: { keyword: -1 } })).toThrow(/`weights.keyword`.*got -1/);
  const bare = new Retriever({ embedder, store });
  await expect(bare.search('a', { mode: 'hybrid' })).rejects.toThrow(/only with `keywords`/);
  await expect(bare.search('a', { topK: 0 })).rejects.toThrow(/`topK`/);
  await expect(bare.search('a', { diversity: 3 })).rejects.toThrow(/`diversity`.*got 3/);
  await expect(bare.search('a', { mode: 'both' as 'hybrid' })).rejects.toThrow(/got 'both'/);
  expect((await bare.search('backpressure')).hits[0]!.sources).toHaveProperty('vector');
});
