/** Counts the tokens of a text as one model's tokenizer does. */
export type CountTokens = (text: string) => number;

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef]/gu;

/**
 * A count for when the model's tokenizer is not at hand: one token for each Chinese, Japanese or Korean character, one
 * for every four other UTF-16 units. Tokenizers of today's large models need fewer of both, so a budget holds.
 */
export function estimateTokens(text: string): number {
  let wideCount = 0;
  let wideUnits = 0;
  for (const [character] of text.matchAll(wide)) {
    wideCount++;
    wideUnits += character.length;
  }
  return wideCount + Math.ceil((text.length - wideUnits) / 4);
}
