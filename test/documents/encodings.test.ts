import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../../src/documents/decode.ts';
import { loadDocuments } from '../../src/documents/load-documents.ts';
import { encode } from './encode.ts';
import { collect, temporaryFolder } from './temporary-folder.ts';

const chinese =
  '潮汐是海水在月球和太阳引力作用下发生的周期性涨落现象。每天通常有两次高潮和两次低潮,高潮与低潮之间的水位差称为潮差。' +
  '沿海居民很早就注意到潮汐与月亮的关系,并据此安排航行和捕鱼的时间。';
const traditional =
  '潮汐是海水在月球和太陽引力作用下發生的週期性漲落現象。每天通常有兩次高潮和兩次低潮,高潮與低潮之間的水位差稱為潮差。' +
  '沿海居民很早就注意到潮汐與月亮的關係,並據此安排航行和捕魚的時間。';
const japanese =
  '潮汐とは、月や太陽の引力によって海面の高さが周期的に変わる現象である。一日に通常二回の満潮と二回の干潮がある。' +
  'ひるまの海は、とてもしずかで、カモメがとんでいた。';
const french =
  "La marée est la variation de la hauteur du niveau des mers et des océans, causée par l'effet conjugué des forces de gravitation. " +
  'Les pêcheurs du littoral connaissaient déjà très tôt ce phénomène, et réglaient leurs départs sur lui. Coût estimé : 5 €.';

describe('encodings', () => {
  it.each([
    ['gb18030', chinese],
    ['big5', traditional],
    ['shift_jis', japanese],
    ['windows-1252', french],
  ])('should find out %s by itself, with a confidence, and read it exactly', async (encoding, text) => {
    const folder = await temporaryFolder({ 'a.txt': encode(text, encoding) });
    const { documents, errors } = await collect(loadDocuments(folder));
    expect(errors).toEqual([]);
    expect(documents[0]).toMatchObject({ text, bytes: { encoding, offset: 0 }, metadata: { encoding } });
    const confidence = documents[0]!.metadata['encodingConfidence'] as number;
    expect(confidence).toBeGreaterThan(0.1);
    expect(confidence).toBeLessThanOrEqual(1);
  });

  it.each(['gb18030', 'big5', 'shift_jis', 'windows-1252'])(
    'should read %s when told so, however short',
    async (encoding) => {
      const text = encoding === 'windows-1252' ? 'é€' : '海';
      const { text: decoded } = await decode(encode(text, encoding), 'a.txt', encoding);
      expect(decoded).toBe(text);
    },
  );

  it.each([
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${chinese}`), 'utf-8', 3],
    ['UTF-8', Buffer.from(chinese), 'utf-8', 0],
    ['UTF-16 with a mark', Buffer.from(`\uFEFF${chinese}`, 'utf16le'), 'utf-16le', 2],
    ['big-endian UTF-16 with a mark', Buffer.from(`\uFEFF${chinese}`, 'utf16le').swap16(), 'utf-16be', 2],
    ['English UTF-16 without a mark', Buffer.from('The sea rises and falls.', 'utf16le'), 'utf-16le', 0],
    ['the same, big-endian', Buffer.from('The sea rises and falls.', 'utf16le').swap16(), 'utf-16be', 0],
    [
      'Chinese UTF-16 of two lines without a mark',
      Buffer.from(`${chinese}\n${chinese}`, 'utf16le'),
      'utf-16le',
      0,
    ],
  ])('should read %s', async (_name, bytes, encoding, markBytes) => {
    const decoded = await decode(bytes, 'a.txt');
    expect(decoded).toMatchObject({ encoding, markBytes });
    expect(decoded.text).toBe(new TextDecoder(encoding).decode(bytes));
  });

  it('should keep a byte order mark within the text', async () => {
    expect((await decode(Buffer.from('a\uFEFFb'), 'a.txt')).text).toBe('a\uFEFFb');
  });

  it('should read back any text from UTF-8 and UTF-16', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        fc.pre(text.isWellFormed() && !text.includes('\0') && !text.startsWith('\uFEFF'));
        expect((await decode(Buffer.from(text), 'a.txt')).text).toBe(text);
        expect((await decode(Buffer.from(`\uFEFF${text}`, 'utf16le'), 'a.txt')).text).toBe(text);
      }),
      { numRuns: 40 },
    );
  });

  it('should name the first bad byte of a text that is UTF-8 otherwise', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: chinese.length }),
        fc.constantFrom(0x80, 0xbf, 0xc0, 0xf5, 0xff),
        async (cut, bad) => {
          const before = Buffer.from(chinese.slice(0, cut));
          const bytes = Buffer.concat([before, Buffer.from([bad]), Buffer.from(chinese.slice(cut))]);
          await expect(decode(bytes, 'a.txt')).rejects.toMatchObject({
            code: 'encoding',
            offset: before.length,
          });
        },
      ),
    );
  });

  it('should name the place where a text breaks off', async () => {
    const bytes = Buffer.from(chinese);
    await expect(decode(bytes.subarray(0, -1), 'a.txt')).rejects.toMatchObject({ offset: bytes.length - 3 });
    const gb18030 = encode(chinese, 'gb18030').subarray(0, -1);
    await expect(decode(gb18030, 'a.txt', 'gb18030')).rejects.toMatchObject({
      message: expect.stringContaining('in the middle of a character of gb18030'),
    });
    const shiftJis = Buffer.concat([encode(japanese.slice(0, 9), 'shift_jis'), Buffer.from([0xff, 0x41])]);
    await expect(decode(shiftJis, 'a.txt', 'shift_jis')).rejects.toMatchObject({ offset: 18 });
  });

  it('should call bytes with zeros in them no text', async () => {
    const bytes = Buffer.from([1, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 0]);
    await expect(decode(bytes, 'a.bin')).rejects.toMatchObject({ code: 'unsupported' });
  });
});
