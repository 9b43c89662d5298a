const stopWords = new Set(
  (
    'a about after all also am an and any are as at be been before being but by can could did do does doing for from ' +
    'had has have having he her here hers him his how i if in into is it its just me more most my no nor not of off on ' +
    'once only or other our out over own same she should so some such than that the their them then there these they ' +
    'this those through to too under until up very was we were what when where which while who whom why will with would ' +
    'you your 的 了 是 在 和 与 或 吗 呢 吧 什么 怎么 怎样 如何 为什么 为何 哪些 哪个 多少 可以 能 会 有 我 你 它 他 她 这 那 就 都 也 要 请 被 把 让 时 时候 一个 没有 不'
  ).split(' '),
);

const words = new Intl.Segmenter('zh', { granularity: 'word' });

/** The words that carry meaning, each once: English ones without their endings, Chinese ones as words and as pairs of characters. */
export function termsOf(text: string): Set<string> {
  const terms = new Set<string>();
  for (const { segment, isWordLike } of words.segment(text.normalize('NFKC').toLowerCase())) {
    if (!isWordLike || stopWords.has(segment)) continue;
    if (/^\p{Script=Han}+$/u.test(segment)) {
      terms.add(segment);
      for (let index = 0; index + 2 < segment.length + 1; index++) terms.add(segment.slice(index, index + 2));
    } else {
      for (const part of segment.match(/[\p{L}\p{N}]+/gu) ?? []) terms.add(stemOf(part));
    }
  }
  return terms;
}

/** Without the commonest English endings, so that `cached`, `caching` and `caches` meet. */
function stemOf(word: string): string {
  if (word.length < 5 || !/^[a-z]+$/u.test(word)) return word;
  const stem = word
    .replace(/(?:ies|ied)$/u, 'y')
    .replace(/(?:ings?|ed|es|s|er|ers|ly)$/u, '')
    .replace(/e$/u, '');
  return stem.length < 3 ? word : stem.replace(/([^aeiou])\1$/u, '$1');
}
