import * as fc from 'fast-check';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { decodePieces, streamDocument, streamText } from '../../src/documents/stream-text.ts';
import { toArray } from '../../src/iter/to-array.ts';
import { encode } from './encode.ts';
import { temporaryFolder } from './temporary-folder.ts';

const text = '潮汐 is the rise 🌊 and fall\r\nof the sea. 海水。'.repeat(200);

function* cutBytes(bytes: Uint8Array, sizes: readonly number[]) {
  for (let at = 0, index = 0; at < bytes.length; index += 1) {
    const size = sizes[index % sizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

describe('streamText', () => {
  it('should give a file in pieces that cut no character, and say how it lies in its bytes', async () => {
    const folder = await temporaryFolder({ 'a.txt': `\uFEFF${text.repeat(10)}` });
    const stream = streamText(join(folder, 'a.txt'), { pieceBytes: 17 });
    const pieces = await toArray(stream);
    expect(pieces.join('')).toBe(text.repeat(10));
    expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
    expect(pieces.length).toBeGreaterThan(100);
    expect(stream.bytes).toEqual({ encoding: 'utf-8', offset: 3 });
  });

  it('should decode pieces of any size in any encoding to the same text', async () => {
    const plain = '潮汐とは、海面の高さが変わる現象である。ABC アイウ'.repeat(3);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        fc.constantFrom('utf-8', 'utf-16le', 'shift_jis', 'gb18030'),
        async (sizes, encoding) => {
          const bytes =
            encoding === 'utf-8'
              ? Buffer.from(plain)
              : encoding === 'utf-16le'
                ? Buffer.from(plain, 'utf16le')
                : encode(plain, encoding);
          const pieces = await toArray(decodePieces(cutBytes(bytes, sizes), { encoding }));
          expect(pieces.join('')).toBe(plain);
          expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
        },
      ),
    );
  });

  it('should name the byte that does not decode, after the text before it', async () => {
    const good = Buffer.from('海'.repeat(100_000));
    const folder = await temporaryFolder({
      'a.txt': Buffer.concat([good, Buffer.from([0xff]), good]),
      'cut.txt': good.subarray(0, -1),
    });
    const pieces: string[] = [];
    const reading = (async () => {
      for await (const piece of streamText(join(folder, 'a.txt'), { pieceBytes: 1_000 })) pieces.push(piece);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'encoding', offset: 300_000 });
    expect(pieces.join('').length).toBeGreaterThan(99_000);
    await expect(toArray(streamText(join(folder, 'cut.txt')))).rejects.toMatchObject({ offset: 299_997 });
  });

  it('should close its file when the reader leaves', async () => {
    const folder = await temporaryFolder({ 'a.txt': 'x'.repeat(1_000_000) });
    const open = () => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);
    const before = open();
    for await (const piece of streamText(join(folder, 'a.txt'), { pieceBytes: 100_000 })) {
      expect(piece.length).toBe(100_000);
      break;
    }
    // A read that was under way ends first.
    await vi.waitFor(() => expect(open()).toBeLessThanOrEqual(before), 5_000);
  });

  it('should give an error for what is no file', async () => {
    const folder = await temporaryFolder();
    await expect(toArray(streamText(folder))).rejects.toMatchObject({ code: 'not-a-file' });
    await expect(toArray(streamText(join(folder, 'x')))).rejects.toMatchObject({ code: 'not-found' });
    expect(() => streamText('x', { pieceBytes: 1 })).toThrow(/`pieceBytes`/);
    expect(() => streamText('x', { encoding: 'nonsense' })).toThrow(/`encoding`/);
  });

  it('should make a document in pieces of a file', async () => {
    const folder = await temporaryFolder({ 'a.txt': 'text' });
    const document = streamDocument(join(folder, 'a.txt'));
    expect(document).toMatchObject({ id: 'a.txt', metadata: { source: join(folder, 'a.txt') } });
    expect(await toArray(document.pieces)).toEqual(['text']);
  });
});
