import type { Stream } from '../iter/operator.ts';
import { BorderFinder } from './border-finder.ts';
import type { Chunk } from './chunk.ts';
import type { ChunkSource } from './chunker.ts';
import type { Cut, Cutter, TextWindow } from './cutter.ts';
import { runCutter } from './run-cutter.ts';
import { sentencesOf } from './sentences.ts';
import { dropBlank, skipBlank } from './trim.ts';

/** Text behind a sentence that the rules may look at, and blanks that stay with it. */
const reach = 128;

/**
 * The sentences of a text one by one, each with the blanks behind it up to a small number, so that neighbours joined
 * are the text between them. One longer than `size` is cut.
 */
export function sentenceTiles(source: ChunkSource, size: number, language: string): Stream<Chunk> {
  return runCutter(() => sentenceTileCutter(size, language), source);
}

function sentenceTileCutter(size: number, language: string): Cutter {
  const lookahead = size + 2 * reach;
  /** Ends of sentences already found, as distances from the end of the one before. */
  let found: number[] = [];
  const finder = new BorderFinder();
  return {
    lookahead,
    cut({ text, from, ended }: TextWindow): Cut | undefined {
      const start = found.length > 0 ? from : skipBlank(text, from, text.length);
      if (start > from) return { start, end: start, next: start };
      if (!ended && text.length - start < lookahead) return undefined;
      if (found.length === 0) found = sentencesIn(text, start, size, language);
      const end = start + (found.shift() ?? size);
      return { start, end, next: end };
    },
  };

  /** Sentences that end for sure within a stretch that is always the same, or one cut to size. */
  function sentencesIn(text: string, start: number, size: number, language: string): number[] {
    const stretch = text.slice(start, start + size + reach);
    const lengths: number[] = [];
    for (const sentence of sentencesOf(stretch, language)) {
      const atEnd = start + stretch.length === text.length;
      if (sentence.end > stretch.length - (atEnd ? 0 : reach)) break;
      if (sentence.end - sentence.start > size) break;
      lengths.push(sentence.end - sentence.start);
    }
    if (lengths.length > 0) return lengths;
    if (text.length - start <= size) return [text.length - start];
    const cutAt = finder.best(text, start, start, start + size);
    return [Math.max(1, Math.max(dropBlank(text, start, cutAt), cutAt) - start)];
  }
}
