import { bestBorder, overlapStart } from './best-border.ts';
import type { Chunker } from './chunker.ts';
import type { Cut, Cutter, TextWindow } from './cutter.ts';
import { runCutter } from './run-cutter.ts';
import { checkSizes, type SizeOptions } from './sizes.ts';
import { dropBlank, skipBlank } from './trim.ts';

/**
 * Chunks of up to `size` units that end at the best border in their second half: between paragraphs, else lines, else
 * sentences, else words or clauses, else between ideographs, else anywhere. Blanks at both ends are left out, and so
 * are chunks of nothing else. The overlap begins at a sentence where one begins in it, else at a word.
 * @throws RangeError for a bad size or overlap.
 */
export function recursiveChunker(options: SizeOptions = {}): Chunker {
  const { size, overlap } = checkSizes(options);
  return {
    name: `recursive-${size}-${overlap}`,
    chunk: (source, options) => runCutter(() => recursiveCutter(size, overlap), source, options),
  };
}

export function recursiveCutter(size: number, overlap: number): Cutter {
  return {
    // One more unit than fits shows whether the text goes on.
    lookahead: size + 2,
    cut({ text, from, floor, ended }: TextWindow): Cut | undefined {
      const start = skipBlank(text, from, text.length);
      if (start === text.length)
        return ended || start > from ? { start, end: start, next: start } : undefined;
      if (!ended && text.length - start <= size + 1)
        return start > from ? { start, end: start, next: start } : undefined;
      if (text.length - start <= size) {
        const end = dropBlank(text, start, text.length);
        return { start, end: end <= floor ? start : end, next: text.length };
      }
      const cutAt = bestBorder(text, start, floor, start + size);
      const end = dropBlank(text, start, cutAt);
      // All that was left beyond the overlap is blank.
      if (end <= floor) return { start, end: start, next: cutAt };
      return { start, end, next: overlapStart(text, start, cutAt, overlap) };
    },
  };
}
