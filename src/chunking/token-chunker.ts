import { checkFunction, checkInteger } from '../iter/checks.ts';
import { BorderFinder } from './border-finder.ts';
import { classes, partsCharacter, unitClass } from './characters.ts';
import type { Chunker } from './chunker.ts';
import type { Cut, Cutter, TextWindow } from './cutter.ts';
import { runCutter } from './run-cutter.ts';
import type { Tokenizer } from './tokenizer.ts';
import { dropBlank, skipBlank } from './trim.ts';

export interface TokenOptions {
  /** Counts the tokens: of a model (`modelTokenizer`), or of any library, as `{ name, count }`. */
  readonly tokenizer: Tokenizer;
  /** Most tokens in a chunk, from 8 up: one character can take several. @default 256 */
  readonly tokens?: number;
  /** Tokens that a chunk may repeat from the one before, to half of `tokens`. @default a tenth of `tokens` */
  readonly overlap?: number;
}

/** A chunk is no longer than this for each token allowed, even if a token should hold more, as one of spaces can. */
const unitsPerToken = 16;

/**
 * Chunks of at most `tokens` tokens, counted on each chunk's own text as a model will see it, that end at the best
 * border in their second half, as those of `recursiveChunker` do.
 * @throws RangeError, TypeError for bad options.
 */
export function tokenChunker({
  tokenizer,
  tokens = 256,
  overlap = Math.floor(tokens / 10),
}: TokenOptions): Chunker {
  checkFunction('tokenizer.count', tokenizer?.count);
  checkInteger('tokens', tokens, 8, 2 ** 24);
  checkInteger('overlap', overlap, 0, Math.floor(tokens / 2));
  return {
    name: `token-${tokenizer.name}-${tokens}-${overlap}`,
    chunk: (source, options) => runCutter(() => new TokenCutter(tokenizer, tokens, overlap), source, options),
  };
}

class TokenCutter implements Cutter {
  readonly lookahead: number;
  readonly #tokenizer: Tokenizer;
  readonly #tokens: number;
  readonly #overlap: number;
  readonly #borders = new BorderFinder();
  /** Words come again and again. */
  readonly #counted = new Map<string, number>();

  constructor(tokenizer: Tokenizer, tokens: number, overlap: number) {
    this.#tokenizer = tokenizer;
    this.#tokens = tokens;
    this.#overlap = overlap;
    this.lookahead = tokens * unitsPerToken + 2;
  }

  cut({ text, from, floor, ended }: TextWindow): Cut | undefined {
    const start = skipBlank(text, from, text.length);
    if (!ended && text.length - start < this.lookahead)
      return start > from ? { start, end: start, next: start } : undefined;
    let limit = this.#reach(text, start, Math.min(text.length, start + this.#tokens * unitsPerToken));
    for (;;) {
      if (limit <= floor) return { start, end: start, next: floor };
      const cutAt = limit === text.length ? limit : this.#borders.best(text, start, floor, limit);
      const end = dropBlank(text, start, cutAt);
      if (end === start || end <= floor) return { start, end: start, next: cutAt };
      const count = this.#tokenizer.count(text.slice(start, end));
      if (count <= this.#tokens || end - start <= 2)
        return { start, end, next: cutAt === text.length ? cutAt : this.#overlapStart(text, start, cutAt) };
      // Words counted by themselves can come out lower than in a row: give up as many units as are too many.
      const fewer = Math.max(1, Math.floor(((end - start) * (count - this.#tokens)) / count));
      limit = Math.max(start + 1, Math.min(end, limit) - fewer);
      if (partsCharacter(text, limit)) limit += limit - 1 > start ? -1 : 1;
    }
  }

  /** How far the tokens reach from `start`, adding up words. */
  #reach(text: string, start: number, most: number): number {
    let count = 0;
    let at = start;
    while (at < most) {
      const end = wordEnd(text, at, most);
      count += this.#count(text.slice(at, end));
      if (count > this.#tokens) return at > start ? at : end;
      at = end;
    }
    return at;
  }

  #overlapStart(text: string, start: number, end: number): number {
    if (this.#overlap === 0) return end;
    let count = 0;
    let at = end;
    while (at > start) {
      const before = wordStart(text, at, start);
      count += this.#count(text.slice(before, at));
      if (count > this.#overlap) break;
      at = before;
    }
    return this.#borders.overlapStart(text, start, end, end - Math.max(at, start + 1));
  }

  #count(word: string): number {
    let count = this.#counted.get(word);
    if (count === undefined) {
      count = this.#tokenizer.count(word);
      if (this.#counted.size >= 50_000) this.#counted.clear();
      this.#counted.set(word, count);
    }
    return count;
  }
}

/** Units of a word at most: an endless one is counted in pieces. */
const longestWord = 24;

/** The end of the word that begins at a position, its leading blanks belonging to it as tokenizers have it. */
function wordEnd(text: string, from: number, most: number): number {
  const last = Math.min(most, from + longestWord);
  let at = from + 1;
  while (at < last && !beginsWord(text, at)) at += 1;
  return partsCharacter(text, at) ? at + 1 : at;
}

function wordStart(text: string, from: number, least: number): number {
  const last = Math.max(least, from - longestWord);
  let at = from - 1;
  while (at > last && !beginsWord(text, at)) at -= 1;
  return partsCharacter(text, at) ? Math.max(least, at - 1) : at;
}

function beginsWord(text: string, at: number): boolean {
  const kind = classes[text.charCodeAt(at)]!;
  if (kind === unitClass.ideograph || kind === unitClass.wideClause || kind === unitClass.wideTerminator)
    return true;
  const before = classes[text.charCodeAt(at - 1)]!;
  const isBlank = kind === unitClass.space || kind === unitClass.newline;
  return isBlank && before !== unitClass.space && before !== unitClass.newline;
}
