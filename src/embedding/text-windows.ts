import { checkSource, shown } from '../iter/checks.ts';
import type { Scope, Source } from '../iter/operator.ts';

/** @throws TypeError if `texts` cannot be iterated, or is one string: its letters are hardly what was meant. */
export function checkTexts(texts: unknown): void {
  if (typeof texts === 'string') {
    throw new TypeError('`texts` must be a list of strings, got one string: wrap it in [ ]');
  }
  checkSource(texts, 'texts');
}

/**
 * Reads texts in windows of `size`; the last may be smaller, none is empty. Nothing is read ahead.
 *
 * @throws TypeError if an item is not a string, naming its position.
 */
export async function* textWindows(
  texts: Source<string>,
  size: number,
  scope: Scope,
): AsyncGenerator<string[], void, undefined> {
  const reader = scope.open(texts);
  let index = 0;
  for (;;) {
    const window: string[] = [];
    while (window.length < size) {
      const { done, value } = await scope.read(reader);
      if (done === true) {
        if (window.length > 0) yield window;
        return;
      }
      if (typeof value !== 'string') {
        throw new TypeError(`\`texts\` must hold strings, got ${shown(value)} at position ${index}`);
      }
      window.push(value);
      index++;
    }
    yield window;
  }
}
