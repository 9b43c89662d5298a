import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Entry } from '../../src/retrieval/vector-store.ts';
import { MemoryStore } from '../../src/retrieval/memory-store.ts';
import { ModelMismatchError, VectorError, checkModel } from '../../src/retrieval/vector-store.ts';
import { chunkOf } from './chunks.ts';

const store = (dimensions = 2) => new MemoryStore({ model: 'test', dimensions });
const entry = (id: string, ...vector: number[]): Entry => ({ chunk: chunkOf(id), vector });
const ids = (hits: readonly { chunk: { documentId: string } }[]) => hits.map(({ chunk }) => chunk.documentId);

describe('MemoryStore', () => {
  it('finds the nearest first, with text, metadata and the cosine', async () => {
    const memory = store();
    await memory.upsert([
      entry('east', 1, 0),
      { chunk: chunkOf('north', { metadata: { language: 'en' } }), vector: [0, 5] },
    ]);
    const hits = await memory.search([1, 2]);
    expect(hits.map(({ chunk, score }) => [chunk.text, chunk.metadata, score.toFixed(6)])).toEqual([
      ['north', { language: 'en' }, (2 / Math.sqrt(5)).toFixed(6)],
      ['east', {}, (1 / Math.sqrt(5)).toFixed(6)],
    ]);
  });

  it('agrees with sorting all rows, for any k, with ties in the order of insertion', async () => {
    const whole = fc.integer({ min: -2, max: 2 });
    const vectors = fc.array(
      fc.tuple(whole, whole, whole).filter((v) => v.some((value) => value !== 0)),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(vectors, fc.integer({ min: 1, max: 50 }), async (rows, topK) => {
        const memory = store(3);
        await memory.upsert(rows.map((row, index) => entry(String(index), ...row)));
        const hits = await memory.search([1, 2, -1], { topK });
        // Equal directions are the same unit vector to the last bit, so ties here are ties there.
        const all = await memory.search([1, 2, -1], { topK: 100 });
        expect(hits).toEqual(all.slice(0, topK));
        expect(all).toHaveLength(rows.length);
        for (let index = 1; index < all.length; index++) {
          const [former, next] = [all[index - 1]!, all[index]!];
          const inOrder =
            former.score > next.score ||
            (former.score === next.score && Number(former.chunk.documentId) < Number(next.chunk.documentId));
          expect(inOrder).toBe(true);
        }
        for (const { chunk, score } of all) {
          const [x, y, z] = rows[Number(chunk.documentId)]!;
          expect(score).toBeCloseTo((x + 2 * y - z) / Math.hypot(x, y, z) / Math.sqrt(6), 5);
        }
      }),
    );
  });

  it('replaces an entry of the same chunk id in its place', async () => {
    const memory = store();
    await memory.upsert([entry('a', 1, 0), entry('b', 1, 0)]);
    await memory.upsert([{ chunk: { ...chunkOf('a'), text: 'new' }, vector: [2, 0] }]);
    expect(await memory.size()).toBe(2);
    expect((await memory.search([1, 0])).map(({ chunk }) => chunk.text)).toEqual(['new', 'b']);
  });

  it('removes documents, keeps the order of the rest, and takes new ones', async () => {
    const memory = store();
    for (let index = 0; index < 100; index++) {
      await memory.upsert([{ chunk: chunkOf('x', { id: `d${index}` }), vector: [1, 0] }]);
    }
    const removed = Array.from({ length: 90 }, (_, index) => `d${index}`);
    expect(await memory.deleteDocuments([...removed, 'never there'])).toBe(90);
    expect(await memory.deleteDocuments(['d5'])).toBe(0);
    await memory.upsert([{ chunk: chunkOf('x', { id: 'd5' }), vector: [1, 0] }]);
    expect(await memory.size()).toBe(11);
    const rest = ['d90', 'd91', 'd92', 'd93', 'd94', 'd95', 'd96', 'd97', 'd98', 'd99', 'd5'];
    expect(ids(await memory.search([1, 0], { topK: 100 }))).toEqual(rest);
  });

  it('filters before it ranks, so that few matches still fill the answer', async () => {
    const memory = store();
    for (let index = 0; index < 20; index++) {
      const language = index < 17 ? 'en' : 'zh';
      await memory.upsert([
        { chunk: chunkOf('x', { id: `d${index}`, metadata: { language } }), vector: [1, index] },
      ]);
    }
    const hits = await memory.search([1, 0], { topK: 3, filter: { field: 'language', equals: 'zh' } });
    expect(ids(hits)).toEqual(['d17', 'd18', 'd19']);
  });

  it('answers an empty store with nothing', async () => {
    expect(await store().search([1, 0])).toEqual([]);
  });

  it('compares very small and very large vectors by direction', async () => {
    const memory = store();
    await memory.upsert([entry('small', 1e-200, 0), entry('large', 0, 1e200)]);
    expect(await memory.search([1e-300, 0], { topK: 1 })).toMatchObject([
      { chunk: { text: 'small' }, score: 1 },
    ]);
  });

  for (const [vector, message] of [
    [[1], "The vector of 'bad#0' must hold 2 numbers, got 1"],
    [[1, 2, 3], "The vector of 'bad#0' must hold 2 numbers, got 3"],
    [[0, 0], "The vector of 'bad#0' is all zeros and has no direction to compare"],
    [[1, Number.NaN], "The vector of 'bad#0' must hold finite numbers, got NaN at position 1"],
    [
      [Number.POSITIVE_INFINITY, 0],
      "The vector of 'bad#0' must hold finite numbers, got Infinity at position 0",
    ],
  ] as const) {
    it(`refuses to store or to search [${vector.join(', ')}], and keeps what came before`, async () => {
      const memory = store();
      await expect(memory.upsert([entry('good', 1, 0), entry('bad', ...vector)])).rejects.toThrow(
        new VectorError(message),
      );
      await expect(memory.search(vector)).rejects.toThrow(VectorError);
      expect(ids(await memory.search([1, 0]))).toEqual(['good']);
    });
  }

  for (const topK of [0, -1, 1.5, Number.NaN, 10_001]) {
    it(`refuses topK ${topK}`, async () => {
      await expect(store().search([1, 0], { topK })).rejects.toThrow(
        new RangeError(`\`topK\` must be an integer from 1 to 10000, got ${topK}`),
      );
    });
  }

  it('refuses a missing model name and impossible dimensions', () => {
    expect(() => new MemoryStore({ model: '', dimensions: 2 })).toThrow(RangeError);
    expect(() => new MemoryStore({ model: 'm', dimensions: 0 })).toThrow('`dimensions`');
  });

  it('stops at an aborted signal with its reason', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(store().search([1, 0], { signal })).rejects.toThrow('enough');
    await expect(store().upsert([entry('a', 1, 0)], { signal })).rejects.toThrow('enough');
  });

  it('lets other work run during a long search, and can be stopped there', async () => {
    const memory = store();
    await memory.upsert(
      (function* () {
        for (let index = 0; index < 40_000; index++) {
          yield { chunk: chunkOf('x', { index }), vector: [1, index] };
        }
      })(),
    );
    const controller = new AbortController();
    setImmediate(() => controller.abort(new Error('enough')));
    await expect(memory.search([1, 0], { signal: controller.signal })).rejects.toThrow('enough');
    expect(await memory.search([1, 0], { topK: 1 })).toMatchObject([{ chunk: { index: 0 } }]);
  });

  it('keeps its rows straight while documents are removed during a search', async () => {
    const memory = store();
    await memory.upsert(
      (function* () {
        for (let index = 0; index < 40_000; index++) {
          yield { chunk: chunkOf('x', { id: `d${index}` }), vector: [1, 40_000 - index] };
        }
      })(),
    );
    const searching = memory.search([1, 0], { topK: 1 });
    const removing = memory.deleteDocuments(Array.from({ length: 39_000 }, (_, index) => `d${index}`));
    expect(ids(await searching)).toEqual(['d39999']);
    expect(await removing).toBe(39_000);
  });
});

describe('checkModel', () => {
  it('names both sides when the models differ', () => {
    const check = () =>
      checkModel('The store', { model: 'new', dimensions: 3 }, { model: 'old', dimensions: 2 });
    expect(check).toThrow(ModelMismatchError);
    expect(check).toThrow(
      "The store holds vectors of 'old' (2 numbers), but 'new' (3 numbers) is in use. Index again, or use the same model.",
    );
  });
});

describe('a saved store', () => {
  const folder = async () => {
    const path = await mkdtemp(join(tmpdir(), 'store-'));
    onTestFinished(() => rm(path, { recursive: true }));
    return path;
  };

  it('comes back with its order, texts, vectors and note, leaving nothing else on the disk', async () => {
    const place = await folder();
    const path = join(place, 'index.bin');
    const memory = store();
    await memory.upsert([
      entry('一', 1, 0),
      entry('gone', 1, 0),
      entry('two 🦊', 1, 0),
      entry('three', 0, 1),
    ]);
    await memory.deleteDocuments(['gone']);
    await memory.save(path, { note: { files: 3 } });
    await memory.save(path, { note: { files: 4 } });
    expect(await readdir(place)).toEqual(['index.bin']);
    const { store: loaded, note } = await MemoryStore.load(path, { model: 'test', dimensions: 2 });
    expect(note).toEqual({ files: 4 });
    expect(await loaded.search([1, 1])).toEqual(await memory.search([1, 1]));
    await loaded.upsert([entry('four', 1, 1)]);
    expect(ids(await loaded.search([1, 1], { topK: 1 }))).toEqual(['four']);
  });

  it('is whole although entries arrive while it is written', async () => {
    const path = join(await folder(), 'index.bin');
    const memory = store();
    await memory.upsert(Array.from({ length: 200 }, (_, index) => entry(`d${index}`, 1, index)));
    const saving = memory.save(path);
    const writing = memory.upsert(Array.from({ length: 200 }, (_, index) => entry(`d${index}`, index, 1)));
    await Promise.all([saving, writing]);
    const { store: loaded } = await MemoryStore.load(path);
    expect(ids(await loaded.search([1, 0], { topK: 1 }))).toEqual(['d0']);
    expect(ids(await memory.search([1, 0], { topK: 1 }))).toEqual(['d199']);
  });

  it('refuses a file of another model, naming both', async () => {
    const path = join(await folder(), 'index.bin');
    await store().save(path);
    await expect(MemoryStore.load(path, { model: 'other', dimensions: 2 })).rejects.toThrow(
      ModelMismatchError,
    );
    await expect(MemoryStore.load(path, { model: 'test', dimensions: 3 })).rejects.toThrow('(2 numbers)');
  });
});
