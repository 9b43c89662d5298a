import type { Chunker } from './chunker.ts';
import { partsCharacter } from './characters.ts';
import type { Cut, Cutter, TextWindow } from './cutter.ts';
import { graphemeBorder, graphemeReach } from './graphemes.ts';
import { runCutter } from './run-cutter.ts';
import { checkSizes, sizesName, type SizeOptions, type Sizes } from './sizes.ts';

/**
 * Chunks of `size` units whatever they hold, each beginning `overlap` units before the end of the one before; less
 * where a cut would part a surrogate pair, a CRLF or, if asked, a grapheme cluster. Every unit of the text is in a
 * chunk, blanks included.
 * @throws RangeError for a bad size or overlap.
 */
export function fixedChunker(options: SizeOptions = {}): Chunker {
  const sizes = checkSizes(options);
  return {
    name: sizesName('fixed', sizes),
    chunk: (source, options) => runCutter(() => fixedCutter(sizes), source, options),
  };
}

function fixedCutter({ size, overlap, keepGraphemes }: Sizes): Cutter {
  return {
    lookahead: size + 1 + (keepGraphemes ? graphemeReach : 0),
    cut({ text, from, floor, ended }: TextWindow): Cut | undefined {
      if (!ended && text.length - from < this.lookahead) return undefined;
      if (text.length - from <= size) return { start: from, end: text.length, next: text.length };
      let end = from + size;
      if (keepGraphemes) end = graphemeBorder(text, from, Math.max(from, floor), end);
      if (partsCharacter(text, end)) end -= 1;
      let next = end - overlap;
      if (keepGraphemes && overlap > 0) next = graphemeBorder(text, from, from, next);
      if (partsCharacter(text, next)) next += 1;
      return { start: from, end, next: next > from ? next : end };
    },
  };
}
