/** Where one sentence lies, the blanks behind it included. */
export interface Sentence {
  readonly start: number;
  readonly end: number;
}

/**
 * Abbreviations that a sentence does not end with: a name, a number or an example follows. Others, such as «etc.»,
 * can end one, and there `Intl.Segmenter` looks at the next letter.
 */
const abbreviation =
  /(?:^|[\s("'“‘[])(?:Mr|Mrs|Ms|Mx|Dr|Prof|Rev|Hon|St|Mt|Gen|Col|Capt|Lt|Sgt|Sen|Rep|Gov|Pres|No|Nos|Fig|Figs|Eq|Sec|Ch|Vol|Ed|pp?|vs|cf|ca|approx|e\.\s?g|i\.\s?e|viz|al|[A-Z])\.["'”’)\]]*\s*$/;

/** A line break within a sentence: the next line goes on in small letters or in Chinese or Japanese. */
const softBreak =
  /(?<=[^\s.!?:;。！？：；|])(?:\r\n|\n)(?=[\p{Ll}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])/gu;

const segmenters = new Map<string, Intl.Segmenter>();

/**
 * The sentences of a text, by `Intl.Segmenter` (Unicode annex 29): they tile it. A hard-wrapped line does not end one,
 * nor does an abbreviation before a name.
 */
export function* sentencesOf(text: string, language: string): Generator<Sentence> {
  let segmenter = segmenters.get(language);
  if (segmenter === undefined) {
    segmenter = new Intl.Segmenter(language, { granularity: 'sentence' });
    segmenters.set(language, segmenter);
  }
  // Of the same length, so that positions stay right. A heading's line break ends it, whatever follows.
  const joined = text.replace(softBreak, (found, at: number) =>
    /^[ \t]*#/.test(text.slice(text.lastIndexOf('\n', at - 1) + 1, at)) ? found : ' '.repeat(found.length),
  );
  let start = 0;
  for (const { segment, index } of segmenter.segment(joined)) {
    const end = index + segment.length;
    if (end < text.length && abbreviation.test(segment.slice(-24))) continue;
    yield { start, end };
    start = end;
  }
  if (start < text.length) yield { start, end: text.length };
}
