import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { KeywordIndex } from '../../src/retrieval/keyword-index.ts';
import { StoreFileError } from '../../src/retrieval/store-file.ts';
import { chunkOf } from './chunks.ts';

const texts = [
  'A generator pauses at every yield.',
  'A stream slows its source down: backpressure.',
  'Backpressure in a stream of streams, and a generator.',
  '生成器在每个 yield 处暂停。',
  '流会让上游减速：这叫背压。',
];

async function indexOf(list: readonly string[], options = {}): Promise<KeywordIndex> {
  const index = new KeywordIndex(options);
  await index.upsert(list.map((text) => chunkOf(text)));
  return index;
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keywords-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const found = async (index: KeywordIndex, question: string, options = {}) =>
  (await index.search(question, options)).map(({ chunk }) => chunk.text);

it('should give the scores of BM25, counted by hand', async () => {
  const index = await indexOf(['red red blue', 'blue', 'green'], { stemming: false });
  const [hit, ...others] = await index.search('red');
  // 3 texts, 1 holds `red`, twice. minisearch counts different words as length: 2, 1, 1, so 4/3 on average.
  const rarity = Math.log(1 + (3 - 1 + 0.5) / (1 + 0.5));
  const expected = (rarity * 2 * 2.2) / (2 + 1.2 * (0.25 + (0.75 * 2) / (4 / 3)));
  expect(others).toEqual([]);
  expect(hit).toMatchObject({ chunk: { text: 'red red blue' }, terms: ['red'], coverage: 1 });
  expect(hit!.score).toBeCloseTo(expected, 10);
});

it('should add up the scores of terms, and not multiply by their number', async () => {
  const index = await indexOf(['red blue', 'green', 'white'], { stemming: false });
  const score = async (question: string) => (await index.search(question))[0]!.score;
  expect(await score('red blue')).toBeCloseTo((await score('red')) + (await score('blue')), 10);
});

it.each([
  { question: 'What slows a source?', first: texts[1] },
  { question: 'When do generators pause?', first: texts[0] },
  { question: '背压是什么？', first: texts[4] },
  { question: '生成器什么时候暂停', first: texts[3] },
  { question: 'ＹＩＥＬＤ 暂停', first: texts[3] },
])('should find $question', async ({ question, first }) => {
  expect((await found(await indexOf(texts), question))[0]).toBe(first);
});

it('should say how much of a question was found', async () => {
  const index = await indexOf(texts);
  const [all] = await index.search('背压');
  const [part] = await index.search('yield 量子纠缠');
  expect(all!.coverage).toBe(1);
  expect(part!.coverage).toBeGreaterThan(0);
  expect(part!.coverage).toBeLessThan(0.4);
  expect(part!.terms).toEqual(['yield']);
});

it('should find beginnings and misspellings only when asked', async () => {
  const index = await indexOf(texts);
  expect(await found(index, 'backpress')).toEqual([]);
  expect(await found(index, 'backpress', { prefix: true })).toHaveLength(2);
  expect(await found(index, 'bakpressure')).toEqual([]);
  expect(await found(index, 'bakpressure', { fuzzy: 0.2 })).toHaveLength(2);
});

it.each(['', 'how do I', '?!', 'zebra'])('should find nothing for %j', async (question) => {
  expect(await found(await indexOf(texts), question)).toEqual([]);
});

it('should survive words that are properties of every object', async () => {
  const index = await indexOf(['the constructor and __proto__', 'toString hasOwnProperty']);
  expect(await found(index, 'constructor')).toHaveLength(1);
  expect(await found(index, 'hasOwnProperty proto')).toHaveLength(2);
});

it('should rank ties in the order of insertion, and keep a place when a chunk is replaced', async () => {
  const index = new KeywordIndex();
  await index.upsert(['a', 'b', 'c'].map((id) => chunkOf('same words', { id })));
  await index.upsert([chunkOf('same words', { id: 'a', metadata: { fresh: true } })]);
  const hits = await index.search('words');
  expect(hits.map(({ chunk }) => chunk.documentId)).toEqual(['a', 'b', 'c']);
  expect(hits[0]!.chunk.metadata).toEqual({ fresh: true });
});

it('should search only what the filter lets through', async () => {
  const index = new KeywordIndex();
  await index.upsert(['a', 'b'].map((id) => chunkOf('same words', { id, metadata: { id } })));
  expect(await index.search('words', { filter: { field: 'id', equals: 'b' }, topK: 1 })).toMatchObject([
    { chunk: { documentId: 'b' } },
  ]);
});

it('should score after any additions, replacements and removals as an index made afresh', async () => {
  const words = fc.array(fc.constantFrom('red', 'blue', 'green', '生成', '器'), { maxLength: 6 });
  const step = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), words: fc.option(words) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const index = new KeywordIndex();
      const held = new Map<string, string>();
      for (const { id, words } of steps) {
        if (words === null) {
          held.delete(id);
          await index.deleteDocuments([id]);
        } else {
          held.set(id, words.join(' '));
          await index.upsert([chunkOf(words.join(' '), { id })]);
        }
      }
      const fresh = new KeywordIndex();
      await fresh.upsert([...held].map(([id, text]) => chunkOf(text, { id })));
      const scores = async (of: KeywordIndex) =>
        new Map(
          (await of.search('red green 生成器')).map(({ chunk, score }) => [chunk.id, score.toFixed(9)]),
        );
      expect(await scores(index)).toEqual(await scores(fresh));
      expect(index.size).toBe(held.size);
    }),
    { numRuns: 50 },
  );
});

it('should let other work run while it reads many chunks', async () => {
  const index = new KeywordIndex();
  let turns = 0;
  const ticking = setInterval(() => turns++, 0);
  await index.upsert(Array.from({ length: 2_000 }, (_, at) => chunkOf(`${texts.join(' ')} ${at}`)));
  clearInterval(ticking);
  expect(turns).toBeGreaterThan(2);
});

it('should stop when told to, and keep what it has', async () => {
  const index = new KeywordIndex();
  const controller = new AbortController();
  const reason = new Error('enough');
  function* chunks() {
    yield chunkOf('one');
    controller.abort(reason);
    yield chunkOf('two');
  }
  await expect(index.upsert(chunks(), { signal: controller.signal })).rejects.toBe(reason);
  expect(index.size).toBe(1);
  await expect(index.search('one', { signal: controller.signal })).rejects.toBe(reason);
});

it('should give the same hits after saving and loading, and go on from there', async () => {
  const path = join(await temporaryFolder(), 'index.keywords');
  const index = await indexOf(texts, { stemming: false });
  await index.deleteDocuments([texts[1]!]);
  await index.save(path, { note: { commit: 7 } });
  const { index: loaded, note } = await KeywordIndex.load(path);
  expect(note).toEqual({ commit: 7 });
  for (const question of ['yield', 'generators', '背压'])
    expect(await loaded.search(question)).toEqual(await index.search(question));
  await loaded.upsert([chunkOf(texts[1]!)]);
  await loaded.deleteDocuments([texts[2]!]);
  expect(await found(loaded, 'backpressure')).toEqual([texts[1]]);
  expect(await readdir(join(path, '..'))).toEqual(['index.keywords']);
});

it('should refuse a file with any byte changed or cut off', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'index.keywords');
  await (await indexOf(texts)).save(path);
  const bytes = await readFile(path);
  const damaged = join(folder, 'damaged');
  for (let at = 0; at < bytes.length; at += 97) {
    const copy = Buffer.from(bytes);
    copy[at]! ^= 1;
    await writeFile(damaged, copy);
    await expect(KeywordIndex.load(damaged), `byte ${at}`).rejects.toBeInstanceOf(StoreFileError);
  }
  await writeFile(damaged, bytes.subarray(0, -1));
  await expect(KeywordIndex.load(damaged)).rejects.toThrow(/must be \d+ bytes long/);
});

it.each([
  { what: 'a topK of 0', act: (index: KeywordIndex) => index.search('a', { topK: 0 }), says: /`topK`/ },
  {
    what: 'fuzzy of 1',
    act: (index: KeywordIndex) => index.search('a', { fuzzy: 1 }),
    says: /`fuzzy`.*got 1/,
  },
  {
    what: 'a length weight of 2',
    act: async () => new KeywordIndex({ lengthWeight: 2 }),
    says: /from 0 to 1, got 2/,
  },
  {
    what: 'a saturation below 0',
    act: async () => new KeywordIndex({ saturation: -1 }),
    says: /`saturation`/,
  },
])('should refuse $what', async ({ act, says }) => {
  await expect(act(new KeywordIndex())).rejects.toThrow(says);
});
