import * as fc from 'fast-check';
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/chunking/chunk.ts';
import { frontMatterEnd } from '../../src/chunking/markdown-lines.ts';
import { toArray } from '../../src/iter/to-array.ts';
import { settle, TrackedSource } from '../iter/tracked-source.ts';
import { byteTokenizer, chunkersUnderTest } from './chunkers.ts';
import { anyText, cutUp, pieceSizes } from './texts.ts';

const isBlankOnly = (text: string) => /^[\s\u0085\u200b\ufeff]*$/u.test(text);
const partsPair = (text: string, at: number) =>
  /[\ud800-\udbff]/.test(text[at - 1] ?? '') && /[\udc00-\udfff]/.test(text[at] ?? '');

describe.each(chunkersUnderTest)(
  '$chunker.name',
  ({ chunker, limit, tokens, overlaps, skipsFrontMatter }) => {
    const chunksOf = (text: string) => toArray(chunker.chunk({ id: 'doc', text, metadata: {} }));

    it('should cut exact slices within its limit, in order, that part no pair and lose nothing', async () => {
      await fc.assert(
        fc.asyncProperty(anyText, async (text) => {
          const chunks = await chunksOf(text);
          let covered = skipsFrontMatter ? frontMatterEnd(text) : 0;
          let before: Chunk | undefined;
          for (const [index, chunk] of chunks.entries()) {
            expect(chunk).toMatchObject({ id: `doc#${index}`, documentId: 'doc', index });
            expect(chunk.text).toBe(text.slice(chunk.start, chunk.end));
            expect(chunk.text).not.toBe('');
            expect(chunk.text.length).toBeLessThanOrEqual(limit);
            if (tokens !== undefined) expect(byteTokenizer.count(chunk.text)).toBeLessThanOrEqual(tokens);
            expect(partsPair(text, chunk.start) || partsPair(text, chunk.end)).toBe(false);
            // Each chunk brings something new.
            if (before !== undefined) {
              expect(chunk.start).toBeGreaterThan(before.start);
              expect(chunk.end).toBeGreaterThan(before.end);
            }
            if (!overlaps) expect(chunk.start).toBeGreaterThanOrEqual(covered);
            if (chunk.start > covered) expect(isBlankOnly(text.slice(covered, chunk.start))).toBe(true);
            covered = chunk.end;
            before = chunk;
          }
          expect(isBlankOnly(text.slice(covered))).toBe(true);
        }),
        { numRuns: 150 },
      );
    });

    it('should give the same chunks whatever the sizes of the pieces', async () => {
      await fc.assert(
        fc.asyncProperty(anyText, pieceSizes, async (text, sizes) => {
          const whole = await chunksOf(text);
          const pieces = await toArray(chunker.chunk({ id: 'doc', pieces: cutUp(text, sizes) }));
          expect(pieces).toEqual(whole);
        }),
        { numRuns: 150 },
      );
    });

    it('should give byte offsets into the source where the text lies in it', async () => {
      await fc.assert(
        fc.asyncProperty(anyText, fc.constantFrom(0, 3), async (drawn, offset) => {
          const text = drawn.toWellFormed();
          const source = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
          const bytes = { encoding: 'utf-8', offset };
          const chunks = await toArray(chunker.chunk({ id: 'doc', pieces: cutUp(text, [7, 100]), bytes }));
          for (const { startByte, endByte, text } of chunks)
            expect(source.subarray(startByte, endByte).toString()).toBe(text);
        }),
        { numRuns: 50 },
      );
    });

    it('should give nothing for a text of nothing', async () => {
      expect(await chunksOf('')).toEqual([]);
      expect(await toArray(chunker.chunk([]))).toEqual([]);
      expect(await toArray(chunker.chunk(['', '']))).toEqual([]);
    });

    it('should close its pieces and drop its listener when the reader leaves, and give the reason of an abort', async () => {
      const pieces = (source: TrackedSource) => ({
        id: 'doc',
        pieces: {
          [Symbol.asyncIterator]() {
            const iterator = source[Symbol.asyncIterator]();
            const next = async (): Promise<IteratorResult<string, undefined>> => {
              const step = await iterator.next();
              return step.done ? step : { done: false, value: 'One sentence. Another one.\n\n'.repeat(200) };
            };
            return { next, return: () => iterator.return!() as Promise<IteratorResult<string, undefined>> };
          },
        },
      });
      const source = new TrackedSource();
      const controller = new AbortController();
      for await (const chunk of chunker.chunk(pieces(source), { signal: controller.signal })) {
        expect(chunk.index).toBe(0);
        break;
      }
      await settle();
      expect(source.closed).toBe(1);
      expect(getEventListeners(controller.signal, 'abort')).toEqual([]);

      const other = new TrackedSource();
      const stream = chunker.chunk(pieces(other), { signal: controller.signal });
      await stream.next();
      controller.abort('enough');
      await expect(toArray(stream)).rejects.toBe('enough');
      await settle();
      expect(other.closed).toBe(1);
    });
  },
);
