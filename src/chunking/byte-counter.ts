import type { TextBytes } from '../documents/document.ts';

type CountBytes = (text: string) => number;

/**
 * Turns positions in a text into positions in its bytes, going forward only: each unit of the text is counted a few
 * times at most, however many chunks there are.
 */
export class ByteCounter {
  readonly #count: CountBytes;
  readonly #asciiIsOneByte: boolean;
  #unit = 0;
  #byte: number;

  constructor(count: CountBytes, offset: number) {
    this.#count = count;
    this.#asciiIsOneByte = count('a') === 1;
    this.#byte = offset;
  }

  /** Moves on to `unit`. @param text holds the text from `textStart` to there at least. */
  moveTo(unit: number, text: string, textStart: number, isAscii: boolean): number {
    if (unit > this.#unit) {
      this.#byte +=
        isAscii && this.#asciiIsOneByte
          ? unit - this.#unit
          : this.#count(text.slice(this.#unit - textStart, unit - textStart));
      this.#unit = unit;
    }
    return this.#byte;
  }

  /** The byte where a slice ends that begins where the counter stands. */
  endOf(slice: string, isAscii: boolean): number {
    return this.#byte + (isAscii && this.#asciiIsOneByte ? slice.length : this.#count(slice));
  }
}

/** @returns `undefined` for an encoding whose characters do not say how many bytes they took. */
export function byteCounterOf({ encoding, offset }: TextBytes): ByteCounter | undefined {
  const count = counterOf(encoding);
  return count && new ByteCounter(count, offset);
}

const counters = new Map<string, CountBytes | undefined>([
  ['utf-8', (text) => Buffer.byteLength(text, 'utf8')],
  ['utf-16le', (text) => text.length * 2],
  ['utf-16be', (text) => text.length * 2],
  // Escape sequences between its characters take bytes of their own.
  ['iso-2022-jp', undefined],
]);

/** Bytes of a character that two bytes do not hold. */
const longest: Readonly<Record<string, number>> = { gb18030: 4, gbk: 4, 'euc-jp': 3 };
const twoByteEncodings = new Set(['gb18030', 'gbk', 'big5', 'shift_jis', 'euc-jp', 'euc-kr']);

function counterOf(encoding: string): CountBytes | undefined {
  if (counters.has(encoding)) return counters.get(encoding);
  const counter = twoByteEncodings.has(encoding) ? tableCounter(encoding) : (text: string) => text.length;
  counters.set(encoding, counter);
  return counter;
}

/** Counts with a table of widths, made by decoding all one-byte and two-byte characters once. */
function tableCounter(encoding: string): CountBytes {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const widths = new Uint8Array(0x1_0000).fill(longest[encoding] ?? 2);
  const note = (bytes: Uint8Array) => {
    try {
      const character = decoder.decode(bytes);
      if (character.length === 1) widths[character.charCodeAt(0)] = bytes.length;
    } catch {
      // Not a character of this encoding.
    }
  };
  for (let first = 0x80; first < 0xff; first += 1)
    for (let second = 0x30; second < 0xff; second += 1) note(Uint8Array.of(first, second));
  for (let only = 0; only < 0x100; only += 1) note(Uint8Array.of(only));
  // A pair's bytes, shared by its halves.
  widths.fill(encoding.startsWith('gb') ? 2 : 1, 0xd800, 0xe000);
  return (text) => {
    let bytes = 0;
    for (let at = 0; at < text.length; at += 1) bytes += widths[text.charCodeAt(at)]!;
    return bytes;
  };
}
