import type { Chunker } from './chunker.ts';
import { partsCharacter } from './characters.ts';
import type { Cut, Cutter, TextWindow } from './cutter.ts';
import { runCutter } from './run-cutter.ts';
import { checkSizes, type SizeOptions } from './sizes.ts';

/**
 * Chunks of `size` units whatever they hold, each beginning `overlap` units before the end of the one before; one
 * unit less where a cut would part a surrogate pair or a CRLF. Every unit of the text is in a chunk, blanks included.
 * @throws RangeError for a bad size or overlap.
 */
export function fixedChunker(options: SizeOptions = {}): Chunker {
  const { size, overlap } = checkSizes(options);
  return {
    name: `fixed-${size}-${overlap}`,
    chunk: (source, options) => runCutter(() => fixedCutter(size, overlap), source, options),
  };
}

function fixedCutter(size: number, overlap: number): Cutter {
  return {
    lookahead: size + 1,
    cut({ text, from, ended }: TextWindow): Cut | undefined {
      if (!ended && text.length - from <= size) return undefined;
      let end = Math.min(from + size, text.length);
      if (end === text.length) return { start: from, end, next: end };
      if (partsCharacter(text, end)) end -= 1;
      let next = end - overlap;
      if (partsCharacter(text, next)) next += 1;
      return { start: from, end, next };
    },
  };
}
