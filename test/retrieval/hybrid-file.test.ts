import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { loadHybridIndex, saveHybridIndex } from '../../src/retrieval/hybrid-file.ts';
import { KeywordIndex } from '../../src/retrieval/keyword-index.ts';
import { MemoryStore } from '../../src/retrieval/memory-store.ts';
import { ModelMismatchError } from '../../src/retrieval/vector-store.ts';
import { chunkOf } from './chunks.ts';

async function indexOf(texts: readonly string[]) {
  const store = new MemoryStore({ model: 'test', dimensions: 2 });
  const keywords = new KeywordIndex();
  const chunks = texts.map((text) => chunkOf(text));
  await store.upsert(chunks.map((chunk, at) => ({ chunk, vector: [1, at] })));
  await keywords.upsert(chunks);
  return { store, keywords };
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hybrid-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const textsOf = (index: { chunks(): Iterable<{ text: string }> }) =>
  Array.from(index.chunks(), ({ text }) => text);

it('should give back vectors, keywords and the note, and leave only the last save in the folder', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'index');
  await saveHybridIndex(path, { ...(await indexOf(['old'])), note: { commit: 1 } });
  await saveHybridIndex(path, { ...(await indexOf(['new one', 'new two'])), note: { commit: 2 } });
  const { store, keywords, note } = await loadHybridIndex(path, { model: 'test', dimensions: 2 });
  expect(note).toEqual({ commit: 2 });
  expect(textsOf(store)).toEqual(['new one', 'new two']);
  expect(textsOf(keywords)).toEqual(['new one', 'new two']);
  expect(await keywords.search('two')).toHaveLength(1);
  expect(await readdir(folder)).toHaveLength(2);
});

it('should refuse another model, and vectors that were saved alone', async () => {
  const path = join(await temporaryFolder(), 'index');
  const index = await indexOf(['text']);
  await saveHybridIndex(path, index);
  await expect(loadHybridIndex(path, { model: 'other', dimensions: 2 })).rejects.toBeInstanceOf(
    ModelMismatchError,
  );
  await index.store.save(path);
  await expect(loadHybridIndex(path)).rejects.toThrow(/was saved without keywords/);
});

it(
  'should load vectors and keywords of one save, whenever the process was killed',
  { timeout: 60_000 },
  async () => {
    const path = join(await temporaryFolder(), 'index');
    const source = (file: string) =>
      JSON.stringify(new URL(`../../src/retrieval/${file}`, import.meta.url).href);
    const program = `
    const { KeywordIndex } = await import(${source('keyword-index.ts')});
    const { MemoryStore } = await import(${source('memory-store.ts')});
    const { saveHybridIndex } = await import(${source('hybrid-file.ts')});
    for (let round = 0; ; round++) {
      const store = new MemoryStore({ model: 'test', dimensions: 64 });
      const keywords = new KeywordIndex();
      const chunks = Array.from({ length: 200 }, (_, at) =>
        ({ id: round + '#' + at, documentId: String(round), index: at, start: 0, end: 1, text: 'word' + round, metadata: {} }));
      await store.upsert(chunks.map((chunk) => ({ chunk, vector: new Float32Array(64).fill(1) })));
      await keywords.upsert(chunks);
      await saveHybridIndex(process.argv[1], { store, keywords, note: { round } });
      if (round === 0) process.stdout.write('saved');
    }`;
    for (let kill = 0; kill < 5; kill++) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program, path], {
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await new Promise((resolve) => child.stdout.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, 5 + kill * 23));
      child.kill('SIGKILL');
      await ended;
      const { store, keywords, note } = await loadHybridIndex(path);
      expect(new Set(textsOf(store))).toEqual(new Set([`word${String(note.round)}`]));
      expect(new Set(textsOf(keywords))).toEqual(new Set([`word${String(note.round)}`]));
    }
  },
);
