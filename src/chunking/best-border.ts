import { border, borderAt } from './borders.ts';
import { classes, partsCharacter, unitClass } from './characters.ts';

const { ordinary, space, terminator, wideTerminator, closer } = unitClass;

/** Where a chunk from `start` ends, at `limit` or before and beyond `floor`. */
export function bestBorder(text: string, start: number, floor: number, limit: number): number {
  const lowest = Math.max(start, floor);
  const middle = Math.max(lowest, start + ((limit - start) >> 1));
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
    if (rank > best) {
      best = rank;
      bestAt = position;
      if (rank === border.paragraph) break;
    }
  }
  if (best > border.none) return bestAt;
  // Nothing in the second half but perhaps an ideograph behind a letter, or one long word: any border before it is
  // better than cutting it.
  for (let position = limit; position > lowest; position -= 1)
    if (borderAt(text, position, start) > border.none) return position;
  return partsCharacter(text, limit) ? limit - 1 : limit;
}

/** Where the next chunk begins: the best start within `overlap` units before `end`, else `end` itself. */
export function overlapStart(text: string, start: number, end: number, overlap: number): number {
  let best: number = border.none;
  let bestAt = end;
  for (let position = Math.max(end - overlap, start + 1); position < end; position += 1) {
    if (best === border.none || classes[text.charCodeAt(position - 1)] !== ordinary) {
      const rank = borderAt(text, position, start);
      if (rank > best) {
        best = rank;
        bestAt = position;
        if (rank >= border.sentence) break;
      }
    }
  }
  return bestAt;
}
