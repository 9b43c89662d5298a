import { stemmer } from 'stemmer';

export interface TermOptions {
  /** Reduce English words to their stems (Porter 1980), so that `caching` finds `cached`. @default true */
  readonly stemming?: boolean;
  /** Leave out words that say nothing about a subject, such as `how` and 什么. @default true */
  readonly stopWords?: boolean;
}

// Made once: the first use of a dictionary costs milliseconds. 'zh' decides nothing for other scripts.
const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });

/** Scripts written without spaces go to the segmenter as whole runs; all else is found by the regular expression, ten times as fast. */
const unspaced =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
const runs = new RegExp(
  `[${unspaced}]+|(?:(?![${unspaced}])[\\p{L}\\p{N}\\p{M}])+(?:['’](?:(?![${unspaced}])[\\p{L}\\p{M}])+)*`,
  'gu',
);
const startsUnspaced = new RegExp(`^[${unspaced}]`, 'u');
const isHan = /^\p{Script=Han}+$/u;
const hanRuns = /\p{Script=Han}+/gu;
/** Longest run for the segmenter in one go: a whole book without a full stop must not cost one long call. */
const longestRun = 2_000;

const stopWords = new Set(
  (
    'a about after all also am an and any are as at be been before being but by can could did do does doing dont for from ' +
    'had has have having he her here hers him his how i if in into is it its just me more most my no nor not of off on ' +
    'once only or other our out over own same she should so some such than that the their them then there these they ' +
    'this those through to too under until up very was we were what when where which while who whom why will with would ' +
    'you your arent cant couldnt didnt doesnt hadnt hasnt havent im isnt ive shouldnt thats theres wasnt werent whats wont ' +
    'wouldnt youre ' +
    '的 了 是 在 和 与 或 吗 呢 吧 什么 怎么 怎样 怎么办 如何 为什么 为何 哪些 哪个 哪 多少 几 可以 能 会 有 我 你 它 他 她 这 那 就 都 也 要 请 被 把 让 时 ' +
    '一个 没有 不 不能 不会 是否 该 应该 还是 还 而 从 到 对 用 以 及 为 个 里 上 中 下'
  ).split(' '),
);

/**
 * One form for all ways to write a word: compatibility forms (full width, ligatures) by NFKC, then case and the accents of
 * Latin and Greek letters. `Ｃａｆé` and `cafe` are one; が stays apart from か.
 */
export function fold(text: string): string {
  // NFKC before and after: upper-casing and taking marks off may leave forms that it would join.
  return text
    .normalize('NFKC')
    .toUpperCase() // `ß` and `ſ` have no lower case of their own: through the upper case they become `ss` and `s`.
    .toLowerCase()
    .normalize('NFD')
    .replace(/([\p{Script=Latin}\p{Script=Greek}])\p{Mn}+/gu, '$1')
    .normalize('NFKC');
}

/**
 * The terms of a text, in order, repeats included: words, folded; English ones as stems; Chinese ones as the segmenter
 * finds them, and every pair of neighbouring characters, so that a word is found where the segmenter cuts two texts
 * differently. No pair reaches across a stop word.
 */
export function termsOf(
  text: string,
  { stemming = true, stopWords: dropStopWords = true }: TermOptions = {},
): string[] {
  const terms: string[] = [];
  const isDropped = (word: string) => dropStopWords && stopWords.has(word);
  for (const [run] of fold(text).matchAll(runs)) {
    if (startsUnspaced.test(run)) {
      for (const words of unspacedWords(run, isDropped)) addUnspaced(words, terms);
      continue;
    }
    const word = run.replace(/['’]s$/u, '').replace(/['’]/gu, '');
    if (!isDropped(word)) terms.push(stemming && /^[a-z]{3,40}$/.test(word) ? stemmer(word) : word);
  }
  return terms;
}

/** The words of a run without spaces, in groups between dropped words. */
function unspacedWords(run: string, isDropped: (word: string) => boolean): string[][] {
  const groups: string[][] = [[]];
  for (let from = 0; from < run.length; from += longestRun) {
    for (const { segment } of segmenter.segment(run.slice(from, from + longestRun))) {
      if (isDropped(segment)) groups.push([]);
      else groups.at(-1)!.push(segment);
    }
  }
  return groups;
}

function addUnspaced(words: readonly string[], terms: string[]): void {
  // Words of two characters are pairs, and come with them.
  for (const word of words) if (!isHan.test(word) || !hasTwoCharacters(word)) terms.push(word);
  for (const [han] of words.join('').matchAll(hanRuns)) {
    let previous = '';
    for (const character of han) {
      if (previous !== '') terms.push(previous + character);
      previous = character;
    }
  }
}

/** By code points: rare Han characters take two UTF-16 units. */
function hasTwoCharacters(word: string): boolean {
  return word.length === 2
    ? word.codePointAt(0)! < 0x1_00_00
    : word.length < 5 && Array.from(word).length === 2;
}
