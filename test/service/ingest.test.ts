import { describe, expect, it } from 'vitest';
import { recursiveChunker } from '../../src/chunking/recursive-chunker.ts';
import type { Document } from '../../src/documents/document.ts';
import { DocumentError } from '../../src/documents/document-error.ts';
import type { LoadResult } from '../../src/documents/load-result.ts';
import type { Embedder } from '../../src/embedding/embedder.ts';
import { MemoryStore } from '../../src/retrieval/memory-store.ts';
import { ingest } from '../../src/service/ingest.ts';

/** Lengths as vectors: enough to see where each goes. */
const embedder: Embedder = {
  model: 'lengths',
  dimensions: 2,
  maxTokens: 100,
  async *embed(texts) {
    for await (const text of texts) yield new Float32Array([text.length, 1]);
  },
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

const parts = () => ({
  embedder,
  chunker: recursiveChunker({ size: 10, overlap: 0 }),
  store: new MemoryStore(embedder),
});
const documentOf = (id: string, text: string): Document => ({ id, text, metadata: { source: id } });
const withoutTimes = (events: readonly object[]) => events.map((event) => ({ ...event, durationMs: 0 }));

describe('ingest', () => {
  it('stores each document whole, and tells so in their order', async () => {
    const { store, ...rest } = parts();
    const given = [documentOf('a', 'one two three four'), documentOf('empty', ''), documentOf('b', 'five')];
    const events = await Array.fromAsync(ingest(given, { store, ...rest }));
    expect(withoutTimes(events)).toEqual(
      withoutTimes([
        { type: 'stored', documentId: 'a', chunks: 2, documents: 1, totalChunks: 2 },
        { type: 'stored', documentId: 'empty', chunks: 0, documents: 2, totalChunks: 2 },
        { type: 'stored', documentId: 'b', chunks: 1, documents: 3, totalChunks: 3 },
        { type: 'done', documents: 3, totalChunks: 3, failed: 0 },
      ]),
    );
    expect([...store.chunks()].map(({ documentId, text }) => [documentId, text])).toEqual([
      ['a', 'one two'],
      ['a', 'three four'],
      ['b', 'five'],
    ]);
  });

  it('replaces a document, so that nothing of its former text is found', async () => {
    const { store, ...rest } = parts();
    await Array.fromAsync(ingest([documentOf('a', 'one two three four')], { store, ...rest }));
    await Array.fromAsync(ingest([documentOf('a', 'new')], { store, ...rest }));
    expect([...store.chunks()].map(({ text }) => text)).toEqual(['new']);
  });

  it('reports a source that could not be loaded, and goes on', async () => {
    const bad: LoadResult = {
      kind: 'error',
      path: 'x.pdf',
      error: new DocumentError('format', 'x.pdf', 'broken'),
    };
    const events = await Array.fromAsync(ingest([bad, documentOf('a', 'one')], parts()));
    expect(events).toMatchObject([
      { type: 'failed', path: 'x.pdf', error: { message: 'broken' } },
      { type: 'stored', documentId: 'a' },
      { type: 'done', documents: 1, failed: 1 },
    ]);
  });

  it('says that it is done when there was nothing', async () => {
    expect(await Array.fromAsync(ingest([], parts()))).toMatchObject([
      { type: 'done', documents: 0, totalChunks: 0 },
    ]);
  });

  it('closes the source of documents when its reader leaves', async () => {
    let closed = false;
    async function* source() {
      try {
        for (let index = 0; ; index++) yield documentOf(`d${index}`, 'text');
      } finally {
        closed = true;
      }
    }
    for await (const event of ingest(source(), parts())) {
      expect(event.type).toBe('stored');
      break;
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(true);
  });

  it('keeps what was stored when the source fails, and throws its error', async () => {
    const { store, ...rest } = parts();
    async function* source() {
      yield documentOf('a', 'one');
      yield documentOf('b', 'two');
      throw new Error('the disk is gone');
    }
    await expect(Array.fromAsync(ingest(source(), { store, ...rest }))).rejects.toThrow('the disk is gone');
    expect(await store.size()).toBe(1);
  });

  it('stops with the reason that it is given', async () => {
    const controller = new AbortController();
    const events = ingest([documentOf('a', 'one'), documentOf('b', 'two')], parts(), {
      signal: controller.signal,
    });
    await events.next();
    controller.abort('enough');
    await expect(events.next()).rejects.toBe('enough');
  });

  it('refuses what is no source', () => {
    expect(() => ingest(3 as unknown as Document[], parts())).toThrow('`documents` must be an iterable');
  });
});
