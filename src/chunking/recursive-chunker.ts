import { BorderFinder } from './border-finder.ts';
import type { Chunker } from './chunker.ts';
import type { Cut, Cutter, TextWindow } from './cutter.ts';
import { graphemeBorder, graphemeReach } from './graphemes.ts';
import { runCutter } from './run-cutter.ts';
import { checkSizes, sizesName, type SizeOptions, type Sizes } from './sizes.ts';
import { dropBlank, skipBlank } from './trim.ts';

/**
 * Chunks of up to `size` units that end at the best border in their second half: between paragraphs, else lines, else
 * sentences, else words or clauses, else between ideographs, else anywhere. Blanks at both ends are left out, and so
 * are chunks of nothing else. The overlap begins at a sentence where one begins in it, else at a word.
 * @throws RangeError for a bad size or overlap.
 */
export function recursiveChunker(options: SizeOptions = {}): Chunker {
  const sizes = checkSizes(options);
  return {
    name: sizesName('recursive', sizes),
    chunk: (source, options) => runCutter(() => recursiveCutter(sizes), source, options),
  };
}

function recursiveCutter({ size, overlap, keepGraphemes }: Sizes): Cutter {
  // One more unit than fits shows whether the text goes on.
  const lookahead = size + 2 + (keepGraphemes ? graphemeReach : 0);
  const finder = new BorderFinder();
  return {
    lookahead,
    cut({ text, from, floor, ended }: TextWindow): Cut | undefined {
      const start = skipBlank(text, from, text.length);
      if (!ended && text.length - start < lookahead)
        return start > from ? { start, end: start, next: start } : undefined;
      if (text.length - start <= size) {
        const end = dropBlank(text, start, text.length);
        return { start, end: end <= floor ? start : end, next: text.length };
      }
      let cutAt = finder.best(text, start, floor, start + size);
      if (keepGraphemes) cutAt = graphemeBorder(text, start, Math.max(start, floor), cutAt);
      const end = dropBlank(text, start, cutAt);
      // All that was left beyond the overlap is blank.
      if (end <= floor) return { start, end: start, next: cutAt };
      let next = finder.overlapStart(text, start, cutAt, overlap);
      if (keepGraphemes && next < cutAt) next = graphemeBorder(text, start, start, next);
      return { start, end, next };
    },
  };
}
