import { getEventListeners } from 'node:events';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { EmbeddingModelError } from '../../src/embedding/model-error.ts';
import { TransformersEmbedder } from '../../src/embedding/transformers-embedder.ts';
import { bundledModelFolder } from '../../src/embedding/bundled-model.ts';
import { cosineSimilarity } from '../../src/embedding/similarity.ts';

let embedder: TransformersEmbedder;
beforeAll(async () => {
  embedder = await TransformersEmbedder.load();
});
afterAll(async () => {
  await embedder[Symbol.asyncDispose]();
});

const one = async (text: string) => (await Array.fromAsync(embedder.embed([text])))[0]!;
const length = (vector: Float32Array) => Math.hypot(...vector);

describe('vectors', () => {
  it('should be of length 1 and of the stated dimensions, in the order of the input', async () => {
    const texts = ['a long sentence about streams and the readers who leave them', 'x', '生成器', ''];
    const vectors = await Array.fromAsync(embedder.embed(texts));
    expect(vectors).toHaveLength(4);
    for (const [index, vector] of vectors.entries()) {
      expect(vector).toHaveLength(embedder.dimensions);
      expect(length(vector)).toBeCloseTo(1, 5);
      expect(cosineSimilarity(vector, await one(texts[index]!))).toBeGreaterThan(0.95);
    }
  });

  it('should bring a question near its answer in either language, and far from another subject', async () => {
    const answer = await one('A failed request is tried again twice by default.');
    for (const question of ['How often are failed requests retried?', '请求失败后会重试几次？']) {
      const asked = await one(question);
      expect(cosineSimilarity(asked, answer)).toBeGreaterThan(
        cosineSimilarity(asked, await one('Bread is baked from flour, water and salt.')) + 0.15,
      );
    }
  });

  it.each([
    ['lone surrogates', '\ud800 text \udc00'],
    ['only emoji', '🦊🦊🦊'],
    ['control characters', '\u0000\u0001\u0007\n\t'],
    ['mixed scripts', 'stream 流 поток 흐름 तरंग'],
    ['an empty string', ''],
  ])('should embed %s to a finite unit vector', async (_, text) => {
    const vector = await one(text);
    expect(vector.every(Number.isFinite)).toBe(true);
    expect(length(vector)).toBeCloseTo(1, 5);
  });

  it('should split a text over the limit, pool its parts and say so', async () => {
    const long: { index: number; tokens: number; parts: number }[] = [];
    const small = await TransformersEmbedder.load({ maxTokens: 32, onLongText: (text) => long.push(text) });
    onTestFinished(() => small[Symbol.asyncDispose]());
    const words = 'streams of tokens '.repeat(40);
    const [, vector] = await Array.fromAsync(small.embed(['short', words]));
    expect(small.maxTokens).toBe(32);
    expect(long).toEqual([
      { index: 1, tokens: expect.any(Number), parts: Math.ceil((long[0]!.tokens - 2) / 30) },
    ]);
    expect(long[0]!.tokens).toBeGreaterThan(100);
    expect(length(vector!)).toBeCloseTo(1, 5);
    expect(cosineSimilarity(vector!, await one(words))).toBeGreaterThan(0.8);
  });

  it('should embed 100,000 characters', { timeout: 120_000 }, async () => {
    expect(length(await one('The quick brown fox. '.repeat(4762)))).toBeCloseTo(1, 5);
  });
});

describe('reading', () => {
  it('should read an asynchronous source at most two windows ahead and close it when the reader leaves', async () => {
    const small = await TransformersEmbedder.load({ windowSize: 4 });
    onTestFinished(() => small[Symbol.asyncDispose]());
    let read = 0;
    let closed = 0;
    async function* source() {
      try {
        for (;;) yield `text ${read++}`;
      } finally {
        closed++;
      }
    }
    for await (const vector of small.embed(source())) {
      expect(vector).toHaveLength(small.dimensions);
      expect(read).toBeLessThanOrEqual(8);
      break;
    }
    await expect.poll(() => closed).toBe(1);
  });

  it('should throw the signal’s reason, also while the source is silent, and leave no listener', async () => {
    const controller = new AbortController();
    async function* silent() {
      yield 'first';
      await new Promise(() => {});
    }
    const vectors = embedder.embed(silent(), { signal: controller.signal });
    const next = expect(vectors.next()).rejects.toThrow('the reader has gone');
    controller.abort(new Error('the reader has gone'));
    await next;
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    expect(length(await one('and it still embeds'))).toBeCloseTo(1, 5);
  });

  it('should answer a question between the batches of a long ingestion', async () => {
    const small = await TransformersEmbedder.load({ maxBatchTokens: 256 });
    onTestFinished(() => small[Symbol.asyncDispose]());
    let passages = 0;
    const ingestion = (async () => {
      for await (const vector of small.embed(Array.from({ length: 100 }, (_, i) => `${i} `.repeat(100)))) {
        passages += vector.length / small.dimensions;
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await Array.fromAsync(small.embed(['how?'], { kind: 'query' }));
    expect(passages).toBeLessThan(90);
    await ingestion;
    expect(passages).toBe(100);
  });

  it('should keep a timer ticking while it embeds', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    onTestFinished(() => clearInterval(timer));
    await Array.fromAsync(embedder.embed(Array.from({ length: 64 }, (_, i) => `${i} `.repeat(60))));
    expect(ticks).toBeGreaterThan(3);
  });

  it('should pass on an error of the source', async () => {
    function* broken() {
      yield 'one';
      throw new Error('the file is gone');
    }
    await expect(Array.fromAsync(embedder.embed(broken()))).rejects.toThrow('the file is gone');
  });

  it('should refuse what is not a list of strings', async () => {
    expect(() => embedder.embed('text')).toThrow(/one string: wrap it in \[ \]/);
    expect(() => embedder.embed(5 as never)).toThrow(/`texts` must be an iterable/);
    expect(() => embedder.embed([], { kind: 'title' as never })).toThrow(
      /`kind` must be 'query' or 'passage'/,
    );
    await expect(Array.fromAsync(embedder.embed(['a', 7 as never]))).rejects.toThrow(/got 7 at position 1/);
  });
});

describe('loading', () => {
  it('should keep ONNX Runtime from reporting its use and from writing into the home folder', async () => {
    const home = mkdtempSync(join(tmpdir(), 'home-'));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    const { ORT_DISABLE_TELEMETRY: _, ...env } = process.env;
    const library = new URL('../../src/embedding/transformers-embedder.ts', import.meta.url).href;
    const script = `import { TransformersEmbedder } from ${JSON.stringify(library)};
      await using embedder = await TransformersEmbedder.load();
      await Array.fromAsync(embedder.embed(['text']));`;
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...env, HOME: home, USERPROFILE: home, XDG_CACHE_HOME: join(home, '.cache') },
    });
    expect(readdirSync(home, { recursive: true })).toEqual([]);
  });

  it.each([
    ['threads', { threads: 0 }],
    ['maxTokens', { maxTokens: 3 }],
    ['maxBatchTokens', { maxBatchTokens: 1.5 }],
    ['windowSize', { windowSize: -1 }],
  ])('should refuse %s out of its range', async (name, options) => {
    await expect(TransformersEmbedder.load(options)).rejects.toThrow(`\`${name}\` must be an integer from`);
  });

  it('should not download unless asked', async () => {
    await expect(TransformersEmbedder.load({ model: 'Xenova/all-MiniLM-L6-v2' })).rejects.toThrow(
      /downloads are off/,
    );
  });

  it.each([
    [
      'a folder that does not exist',
      (folder: string) => rmSync(folder, { recursive: true }),
      /config\.json is missing/,
    ],
    [
      'no tokenizer',
      (folder: string) => rmSync(join(folder, 'tokenizer.json')),
      /tokenizer\.json is missing/,
    ],
    [
      'damaged weights',
      (folder: string) => writeFileSync(join(folder, 'onnx', 'model_quantized.onnx'), 'not a model'),
      /cannot be loaded/,
    ],
    [
      'a damaged tokenizer',
      (folder: string) => writeFileSync(join(folder, 'tokenizer.json'), '{'),
      /cannot be loaded/,
    ],
  ])('should say what is wrong with %s', async (_, damage, message) => {
    const folder = join(mkdtempSync(join(tmpdir(), 'model-')), 'm');
    onTestFinished(() => rmSync(join(folder, '..'), { recursive: true, force: true }));
    cpSync(bundledModelFolder, folder, { recursive: true, dereference: true });
    damage(folder);
    const loading = TransformersEmbedder.load({ model: folder });
    await expect(loading).rejects.toBeInstanceOf(EmbeddingModelError);
    await expect(loading).rejects.toThrow(message);
  });

  it('should say that it is gone after disposal, to readers under way and to new ones', async () => {
    const short = await TransformersEmbedder.load();
    const under = Array.fromAsync(
      short.embed(Array.from({ length: 200 }, (_, i) => `text ${i} `.repeat(50))),
    );
    const ended = expect(under).rejects.toThrow('it has been disposed of');
    await new Promise((resolve) => setTimeout(resolve, 20));
    await short[Symbol.asyncDispose]();
    await ended;
    await expect(Array.fromAsync(short.embed(['late']))).rejects.toThrow('it has been disposed of');
    await short[Symbol.asyncDispose]();
  });
});
