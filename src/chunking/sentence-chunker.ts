import { shown } from '../iter/checks.ts';
import { BorderFinder } from './border-finder.ts';
import type { Chunker } from './chunker.ts';
import type { Cut, Cutter, TextWindow } from './cutter.ts';
import { runCutter } from './run-cutter.ts';
import { sentencesOf } from './sentences.ts';
import { checkSizes, sizesName, type SizeOptions } from './sizes.ts';
import { dropBlank, skipBlank } from './trim.ts';

export interface SentenceOptions extends Omit<SizeOptions, 'keepGraphemes'> {
  /** A BCP 47 tag, for the rules of sentence borders. @default 'und', which knows the marks of all languages */
  readonly language?: string;
}

/**
 * Chunks of as many whole sentences as fit into `size` units, ending early where a paragraph ends in their second
 * half. Each repeats the last sentences of the one before that fit into `overlap`. A sentence that alone is too long
 * is cut as by `recursiveChunker`.
 * @throws RangeError for a bad size, overlap or language.
 */
export function sentenceChunker({ language = 'und', ...options }: SentenceOptions = {}): Chunker {
  const { size, overlap, ...rest } = checkSizes(options);
  checkLanguage(language);
  return {
    name: sizesName(`sentence${language === 'und' ? '' : `-${language}`}`, { size, overlap, ...rest }),
    chunk: (source, options) => runCutter(() => sentenceCutter(size, overlap, language), source, options),
  };
}

export function checkLanguage(language: string): void {
  try {
    Intl.getCanonicalLocales(language);
  } catch {
    throw new RangeError(`\`language\` must be a BCP 47 tag such as 'en' or 'zh', got ${shown(language)}`);
  }
}

/** Text behind the limit that the rules may look at to tell whether a sentence ends there. */
const ruleReach = 64;

function sentenceCutter(size: number, overlap: number, language: string): Cutter {
  const lookahead = size + ruleReach + 1;
  const finder = new BorderFinder();
  return {
    lookahead,
    cut({ text, from, floor, ended }: TextWindow): Cut | undefined {
      const start = skipBlank(text, from, text.length);
      if (!ended && text.length - start < lookahead)
        return start > from ? { start, end: start, next: start } : undefined;
      if (text.length - start <= size && ended && paragraphEnd(text, start, text.length) === undefined) {
        const end = dropBlank(text, start, text.length);
        return { start, end: end <= floor ? start : end, next: text.length };
      }
      // Always the same stretch, however much of the text is there: the same sentences.
      const stretch = text.slice(start, start + size + ruleReach);
      const borders: number[] = [];
      let cutAt: number | undefined;
      for (const sentence of sentencesOf(stretch, language)) {
        const end = start + sentence.end;
        if (
          dropBlank(text, start, end) > start + size ||
          (end === start + stretch.length && end < text.length)
        )
          break;
        borders.push(end);
        if (dropBlank(text, start, end) > floor) cutAt = end;
        const atParagraph = paragraphEnd(text, Math.max(start, end - 3), end) !== undefined;
        if (cutAt === end && atParagraph && end - start >= size / 2) break;
      }
      // The next sentence has no room beside the overlap: it comes first.
      if (cutAt === undefined && floor > start) return { start, end: start, next: floor };
      const limit = Math.min(start + size, text.length);
      cutAt ??= limit === text.length ? limit : finder.best(text, start, floor, limit);
      const end = dropBlank(text, start, cutAt);
      if (end <= floor) return { start, end: start, next: cutAt };
      const next = borders.find((position) => position < end && end - position <= overlap) ?? cutAt;
      return { start, end, next };
    },
  };
}

/** Where an empty line begins between two positions. */
function paragraphEnd(text: string, from: number, to: number): number | undefined {
  const at = text.slice(from, to).search(/\n[ \t]*\r?\n/);
  return at < 0 ? undefined : from + at;
}
