const words = new Intl.Segmenter('zh', { granularity: 'word' });

/** Cuts a text into pieces of about a word, as a model's tokens are: white space leads the next one, marks stand alone. */
export function* pieces(text: string): Generator<string, void, undefined> {
  let space = '';
  for (const { segment } of words.segment(text)) {
    if (/^\s+$/u.test(segment)) {
      space += segment;
      continue;
    }
    yield space + segment;
    space = '';
  }
  if (space !== '') yield space;
}

export function countPieces(text: string): number {
  let count = 0;
  for (const _ of pieces(text)) count++;
  return count;
}
