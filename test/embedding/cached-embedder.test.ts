import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { CachedEmbedder } from '../../src/embedding/cached-embedder.ts';
import type { Embedder } from '../../src/embedding/embedder.ts';
import { TransformersEmbedder } from '../../src/embedding/transformers-embedder.ts';

let model: TransformersEmbedder;
beforeAll(async () => {
  model = await TransformersEmbedder.load();
});
afterAll(() => model[Symbol.asyncDispose]());

/** The real model, with a list of what it was asked. */
function counted(): Embedder & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    model: model.model,
    dimensions: model.dimensions,
    maxTokens: model.maxTokens,
    embed: (texts, options) => {
      const list = [...(texts as Iterable<string>)];
      asked.push(...list);
      return model.embed(list, options);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

function cacheFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cache-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'deep', 'vectors.sqlite');
}

describe('CachedEmbedder', () => {
  it('should embed a text once, whatever the process, and give the same numbers', async () => {
    const path = cacheFile();
    const inner = counted();
    const first = new CachedEmbedder(inner, { path });
    const vectors = await Array.fromAsync(first.embed(['one', 'two', 'one']));
    await first[Symbol.asyncDispose]();
    expect(inner.asked).toEqual(['one', 'two']);
    expect(first.statistics).toEqual({ hits: 0, shared: 1, misses: 2, writeErrors: 0 });
    const second = new CachedEmbedder(inner, { path });
    expect(await Array.fromAsync(second.embed(['two', 'one', 'three']))).toEqual([
      vectors[1],
      vectors[0],
      expect.any(Float32Array),
    ]);
    expect(inner.asked).toEqual(['one', 'two', 'three']);
    expect(second.statistics).toEqual({ hits: 2, shared: 0, misses: 1, writeErrors: 0 });
    await second[Symbol.asyncDispose]();
  });

  it('should keep questions and passages apart', async () => {
    const inner = counted();
    await using cached = new CachedEmbedder(inner);
    await Array.fromAsync(cached.embed(['text'], { kind: 'query' }));
    await Array.fromAsync(cached.embed(['text'], { kind: 'passage' }));
    expect(inner.asked).toEqual(['text', 'text']);
  });

  it('should have one text embedded once for two readers at the same time', async () => {
    const inner = counted();
    await using cached = new CachedEmbedder(inner);
    const [a, b] = await Promise.all([
      Array.fromAsync(cached.embed(['same', 'a'])),
      Array.fromAsync(cached.embed(['same', 'b'])),
    ]);
    expect(inner.asked.filter((text) => text === 'same')).toHaveLength(1);
    expect(a[0]).toEqual(b[0]);
    expect(a[0]).not.toBe(b[0]);
  });

  it('should not fail a reader because the one it shared a text with has left', async () => {
    await using cached = new CachedEmbedder(counted());
    const controller = new AbortController();
    const leaving = Array.fromAsync(cached.embed(['shared text'], { signal: controller.signal }));
    const staying = Array.fromAsync(cached.embed(['shared text']));
    const left = expect(leaving).rejects.toThrow('left');
    controller.abort(new Error('left'));
    await left;
    expect(await staying).toHaveLength(1);
  });

  it('should keep at most `maxEntries`, the latest', async () => {
    const path = cacheFile();
    const inner = counted();
    await using cached = new CachedEmbedder(inner, { path, maxEntries: 2 });
    await Array.fromAsync(cached.embed(['a', 'b', 'c']));
    await expect
      .poll(() => new DatabaseSync(path).prepare('SELECT count(*) AS n FROM vectors').get())
      .toMatchObject({ n: 2 });
    await Array.fromAsync(cached.embed(['c']));
    expect(inner.asked).toEqual(['a', 'b', 'c']);
  });

  it('should hand vectors on when they cannot be stored, and say so', async () => {
    const path = cacheFile();
    const errors: Error[] = [];
    await using cached = new CachedEmbedder(counted(), { path, onWriteError: (error) => errors.push(error) });
    // A full disk cannot be had here; its error, raised by SQLite itself on every insert, can.
    const other = new DatabaseSync(path);
    other.exec(
      `CREATE TRIGGER full BEFORE INSERT ON vectors BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END`,
    );
    other.close();
    expect(await Array.fromAsync(cached.embed(['a', 'b']))).toHaveLength(2);
    await expect.poll(() => errors.map((error) => error.message)).toEqual(['database or disk is full']);
    expect(cached.statistics.writeErrors).toBe(1);
  });

  it('should be shared by processes that write at the same time', async () => {
    const path = cacheFile();
    const script = `
      import { VectorCache } from ${JSON.stringify(new URL('../../src/embedding/vector-cache.ts', import.meta.url).href)};
      const cache = new VectorCache(process.argv[1], 10_000);
      for (let i = 0; i < 50; i++) cache.putAll([[VectorCache.key('m', 'passage', process.argv[2] + i), Float32Array.of(i)]]);
      cache.close();`;
    await Promise.all(
      ['x', 'y', 'z'].map((name) =>
        promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, path, name], {
          cwd: fileURLToPath(new URL('../..', import.meta.url)),
        }),
      ),
    );
    expect(new DatabaseSync(path).prepare('SELECT count(*) AS n FROM vectors').get()).toMatchObject({
      n: 150,
    });
  });

  it('should refuse a file that is no cache, or of another format, saying so', () => {
    const path = cacheFile();
    const folder = join(path, '..', '..');
    writeFileSync(
      join(folder, 'text'),
      'this is not a database, and long enough to be seen as none of it is',
    );
    expect(() => new CachedEmbedder(counted(), { path: join(folder, 'text') })).toThrow(
      /cannot be used: .*not a database/,
    );
    const newer = new DatabaseSync(join(folder, 'newer'));
    newer.exec('PRAGMA user_version = 9');
    newer.close();
    expect(() => new CachedEmbedder(counted(), { path: join(folder, 'newer') })).toThrow(/it has format 9/);
    expect(() => new CachedEmbedder(counted(), { maxEntries: 0 })).toThrow(
      /`maxEntries` must be an integer from 1 up/,
    );
  });
});
