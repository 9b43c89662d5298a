import { border, borderAt } from './borders.ts';
import { classes, partsCharacter, unitClass } from './characters.ts';

const { ordinary, space, terminator, wideTerminator, ideograph, closer } = unitClass;

/** Finds the places where chunks may end and begin. One serves one text, front to back: it remembers line breaks. */
export class BorderFinder {
  #text = '';
  #searchedFrom = 0;
  #newlineAt = 0;

  /** Where a chunk from `start` ends, at `limit` or before and beyond `floor`: at the best border in its second half. */
  best(text: string, start: number, floor: number, limit: number): number {
    const lowest = Math.max(start, floor);
    const middle = Math.max(lowest, start + ((limit - start) >> 1));
    const lineAt = this.#lastLine(text, start, middle, limit);
    if (lineAt !== undefined) return lineAt;
    let best: number = border.none;
    let bestAt = 0;
    for (let position = limit; position > middle; position -= 1) {
      const kind = classes[text.charCodeAt(position - 1)]!;
      if (kind === ordinary) continue;
      // Most units are letters, and most others spaces between words: they need no closer look.
      if (kind === space && best >= border.word) {
        const before = classes[text.charCodeAt(position - 2)]!;
        if (before !== terminator && before !== closer && before !== wideTerminator && before !== space)
          continue;
      }
      const rank = borderAt(text, position, start);
      if (rank <= best) continue;
      best = rank;
      bestAt = position;
      if (rank >= border.sentence) break;
    }
    if (best > border.none) return bestAt;
    // Nothing in the second half but perhaps an ideograph behind a letter, or one long word: any border before it is
    // better than cutting it.
    for (let position = limit; position > lowest; position -= 1)
      if (borderAt(text, position, start) > border.none) return position;
    return partsCharacter(text, limit) ? limit - 1 : limit;
  }

  /** Where the next chunk begins: the best start within `overlap` units before `end`, else `end` itself. */
  overlapStart(text: string, start: number, end: number, overlap: number): number {
    let best: number = border.none;
    let bestAt = end;
    for (let position = Math.max(end - overlap, start + 1); position < end; position += 1) {
      const kind = classes[text.charCodeAt(position - 1)]!;
      if (best > border.none && (kind === ordinary || isMinor(text, position, kind, best))) continue;
      const rank = borderAt(text, position, start);
      if (rank <= best) continue;
      best = rank;
      bestAt = position;
      if (rank >= border.sentence) break;
    }
    return bestAt;
  }

  /** The last border between paragraphs beyond `middle` up to `limit`, else between lines. */
  #lastLine(text: string, start: number, middle: number, limit: number): number | undefined {
    let lineAt: number | undefined;
    let paragraphAt: number | undefined;
    for (let at = this.#newline(text, middle); at < limit; at = this.#newline(text, at + 1)) {
      const rank = borderAt(text, at + 1, start);
      if (rank === border.paragraph) paragraphAt = at + 1;
      else if (rank === border.line) lineAt = at + 1;
    }
    return paragraphAt ?? lineAt;
  }

  /** The next line feed from a position on, or `Infinity`. Native search, and never twice over the same stretch. */
  #newline(text: string, from: number): number {
    if (text !== this.#text || from < this.#searchedFrom || from > this.#newlineAt) {
      const found = text.indexOf('\n', from);
      this.#text = text;
      this.#searchedFrom = from;
      this.#newlineAt = found < 0 ? Infinity : found;
    }
    return this.#newlineAt;
  }
}

/** Whether the border behind a unit of this kind can be no better than the best so far, as with most letters and spaces. */
function isMinor(text: string, position: number, kind: number, best: number): boolean {
  if (kind === ideograph) return best >= border.character;
  if (kind !== space || best < border.word) return false;
  const before = classes[text.charCodeAt(position - 2)]!;
  return before !== terminator && before !== closer && before !== wideTerminator && before !== space;
}
