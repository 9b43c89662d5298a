import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recursiveChunker } from '../../src/chunking/recursive-chunker.ts';
import { openFolderIndex } from '../../src/service/folder-index.ts';
import { realEmbedder } from '../endpoint/shared.ts';
import { temporaryFolder } from './shared.ts';

async function setUp() {
  const root = await temporaryFolder();
  const folder = join(root, 'docs 文档');
  const cacheFolder = join(root, 'cache', 'indexes');
  await mkdir(folder);
  await writeFile(join(folder, 'a.md'), '# A\n\nThe first document.');
  await writeFile(join(folder, 'b.txt'), 'The second document.');
  const embedder = await realEmbedder();
  const open = async ({ size = 100, signal }: { size?: number; signal?: AbortSignal } = {}) => {
    const indexed: string[] = [];
    const index = await openFolderIndex({
      folder,
      cacheFolder,
      embedder,
      chunker: recursiveChunker({ size, overlap: 0 }),
      signal,
      onEvent: (event) => {
        if (event.type === 'stored') indexed.push(event.documentId);
      },
    });
    return { ...index, indexed, size: await index.store.size() };
  };
  return { folder, cacheFolder, open };
}

describe('openFolderIndex', () => {
  it('indexes a folder once, then only what has changed, come or gone', async () => {
    const { folder, open } = await setUp();
    expect(await open()).toMatchObject({ documents: 2, unchanged: 0, indexed: ['a.md', 'b.txt'], size: 2 });
    expect(await open()).toMatchObject({ documents: 2, unchanged: 2, indexed: [], size: 2 });
    await writeFile(join(folder, 'a.md'), '# A\n\nThe first document, rewritten.');
    await writeFile(join(folder, 'c.md'), 'The third document.');
    await rm(join(folder, 'b.txt'));
    const next = await open();
    expect(next).toMatchObject({
      documents: 2,
      unchanged: 0,
      removed: 1,
      indexed: ['a.md', 'c.md'],
      size: 2,
    });
    expect([...next.store.chunks()].map(({ text }) => text)).toEqual([
      '# A\n\nThe first document, rewritten.',
      'The third document.',
    ]);
    expect(await open()).toMatchObject({ unchanged: 2, removed: 0, indexed: [] });
  });

  it('finds the same chunks by their words, from the kept index as well', async () => {
    const { folder, open } = await setUp();
    const found = async () =>
      (await (await open()).keywords.search('second')).map(({ chunk }) => chunk.documentId);
    expect(await found()).toEqual(['b.txt']);
    expect(await found()).toEqual(['b.txt']);
    await writeFile(join(folder, 'a.md'), 'A second text of that word.');
    await rm(join(folder, 'b.txt'));
    expect(await found()).toEqual(['a.md']);
  });

  it('keeps one index for each chunker', async () => {
    const { cacheFolder, open } = await setUp();
    await open();
    expect((await open({ size: 50 })).indexed).toHaveLength(2);
    expect((await readdir(cacheFolder)).filter((name) => name.endsWith('.index'))).toHaveLength(2);
  });

  it('makes a damaged index anew', async () => {
    const { cacheFolder, open } = await setUp();
    await open();
    for (const name of await readdir(cacheFolder)) {
      const path = join(cacheFolder, name);
      await writeFile(path, (await readFile(path)).subarray(0, 100));
    }
    expect(await open()).toMatchObject({ indexed: ['a.md', 'b.txt'], size: 2 });
    expect(await open()).toMatchObject({ unchanged: 2 });
  });

  it('leaves out a file that cannot be read, and counts it', async () => {
    const { folder, open } = await setUp();
    await writeFile(join(folder, 'bad.md'), Buffer.from([0xff, 0xfe, 0x00]));
    expect(await open()).toMatchObject({ documents: 2, failed: 1, size: 2 });
  });

  it('gives an empty store for an empty folder', async () => {
    const { folder, open } = await setUp();
    await rm(join(folder, 'a.md'));
    await rm(join(folder, 'b.txt'));
    expect(await open()).toMatchObject({ documents: 0, size: 0 });
  });

  it('stops with the reason that it is given, and writes nothing', async () => {
    const { cacheFolder, open } = await setUp();
    await expect(open({ signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
    await expect(readdir(cacheFolder)).rejects.toThrow('ENOENT');
  });
});
