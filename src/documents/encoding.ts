import { isUtf8 } from 'node:buffer';
import { shown } from '../iter/checks.ts';

/** What a text's encoding is taken to be, and how sure that is. */
export interface EncodingGuess {
  /** As `TextDecoder` writes it. */
  readonly encoding: string;
  /** From 0 to 1. 1: a byte order mark, valid UTF-8, or the caller said so. */
  readonly confidence: number;
  /** Length of the byte order mark. */
  readonly markBytes: number;
}

/** The encodings that detection may answer with, by the names that `chardet` gives them. */
const detectable = new Map([
  ['GB18030', 'gb18030'],
  ['Big5', 'big5'],
  ['Shift_JIS', 'shift_jis'],
  ['EUC-JP', 'euc-jp'],
  ['EUC-KR', 'euc-kr'],
  ['ISO-2022-JP', 'iso-2022-jp'],
  ['KOI8-R', 'koi8-r'],
  ['ISO-8859-1', 'windows-1252'],
  ['ISO-8859-2', 'iso-8859-2'],
  ['ISO-8859-5', 'iso-8859-5'],
  ['ISO-8859-7', 'iso-8859-7'],
  ['windows-1250', 'windows-1250'],
  ['windows-1251', 'windows-1251'],
  ['windows-1252', 'windows-1252'],
  ['windows-1253', 'windows-1253'],
]);

/** Bytes that detection looks at. */
const sampleBytes = 65_536;

/** @throws RangeError unless `TextDecoder` knows the encoding. @returns its usual name. */
export function checkEncoding(encoding: string): string {
  try {
    return new TextDecoder(encoding).encoding;
  } catch {
    throw new RangeError(
      `\`encoding\` must be a name that TextDecoder knows, such as 'utf-8' or 'gb18030', got ${shown(encoding)}`,
    );
  }
}

/** The byte order mark at the start, if there is one. */
export function byteOrderMark(bytes: Uint8Array): EncodingGuess | undefined {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return sure('utf-8', 3);
  if (first === 0xff && second === 0xfe) return sure('utf-16le', 2);
  if (first === 0xfe && second === 0xff) return sure('utf-16be', 2);
  return undefined;
}

/** The guess for an encoding that the caller named: its byte order mark, if it has one, is no text. */
export function namedEncoding(encoding: string, bytes: Uint8Array): EncodingGuess {
  const mark = byteOrderMark(bytes);
  return { encoding, confidence: 1, markBytes: mark?.encoding === encoding ? mark.markBytes : 0 };
}

/**
 * Guesses the encoding of a text from its bytes, or of a long text from its first: a byte order mark, else valid
 * UTF-8, else UTF-16 by its zeros, else what `chardet` finds likely and the bytes allow.
 * @param whole `false` when the bytes may end in the middle of a character.
 * @returns `undefined` when nothing fits: damaged UTF-8, or no text at all.
 */
export async function guessEncoding(bytes: Uint8Array, whole: boolean): Promise<EncodingGuess | undefined> {
  const mark = byteOrderMark(bytes);
  if (mark !== undefined) return mark;
  const utf16 = utf16ByZeros(bytes);
  if (utf16 !== undefined) return utf16;
  if (bytes.subarray(0, sampleBytes).includes(0)) return undefined;
  if (isUtf8(whole ? bytes : completeUtf8(bytes))) return sure('utf-8', 0);
  if (isDamagedUtf8(bytes)) return undefined;

  const { analyse } = await import('chardet');
  for (const { name, confidence } of analyse(bytes.subarray(0, sampleBytes))) {
    const encoding = detectable.get(name);
    if (encoding === undefined || confidence < 10 || !readsAsText(bytes, encoding, whole)) continue;
    return { encoding, confidence: confidence / 100, markBytes: 0 };
  }
  return undefined;
}

/** The bytes up to the last character that is complete. */
export function completeUtf8<Bytes extends Uint8Array>(bytes: Bytes): Bytes {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return (length > back ? bytes.subarray(0, bytes.length - back) : bytes) as Bytes;
  }
  return bytes;
}

/** Whether the bytes hold so much valid UTF-8 beyond ASCII that they can hardly be anything else. */
export function isDamagedUtf8(bytes: Uint8Array): boolean {
  let valid = 0;
  let invalid = 0;
  for (let at = 0; at < Math.min(bytes.length, sampleBytes);) {
    const length = utf8Length(bytes, at);
    if (length === 0) invalid += 1;
    else if (length > 1) valid += 1;
    at += Math.max(1, length);
  }
  return valid > 4 * invalid;
}

/** Length of the valid UTF-8 character at a position, or 0. */
export function utf8Length(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  return isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}

/** UTF-16 without a mark shows by the zero halves of its ASCII characters: line breaks and spaces at the least. */
function utf16ByZeros(bytes: Uint8Array): EncodingGuess | undefined {
  const sample = bytes.subarray(0, 4_096);
  if (bytes.length < 4 || !sample.includes(0)) return undefined;
  const zeros = [0, 0];
  for (const [index, byte] of sample.entries()) if (byte === 0) zeros[index % 2]! += 1;
  const [even, odd] = zeros as [number, number];
  for (const [encoding, its, other] of [
    ['utf-16le', odd, even],
    ['utf-16be', even, odd],
  ] as const) {
    // Long runs of zeros on both sides are data, not text.
    if (its <= other * 8 || !readsAsText(sample.subarray(0, sample.length & ~1), encoding, false)) continue;
    return { encoding, confidence: its * 4 > sample.length ? 0.95 : 0.7, markBytes: 0 };
  }
  return undefined;
}

/** Whether the bytes decode, and to no control characters beyond those of plain text. */
function readsAsText(bytes: Uint8Array, encoding: string, whole: boolean): boolean {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: !whole });
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    return !/[\0-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/.test(text);
  } catch {
    return false;
  }
}

function sure(encoding: string, markBytes: number): EncodingGuess {
  return { encoding, confidence: 1, markBytes };
}
