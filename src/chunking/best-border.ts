import { border, borderAt } from './borders.ts';
import { partsCharacter } from './characters.ts';

/** Where a chunk from `start` ends, at `limit` or before and beyond `floor`. */
export function bestBorder(text: string, start: number, floor: number, limit: number): number {
  const lowest = Math.max(start, floor);
  const middle = Math.max(lowest, start + ((limit - start) >> 1));
  let best = 0;
  let bestAt = 0;
  for (let position = limit; position > middle; position -= 1) {
    const rank = borderAt(text, position, start);
    if (rank > best) {
      best = rank;
      bestAt = position;
      if (rank === border.paragraph) break;
    }
  }
  if (best > 0) return bestAt;
  // Nothing in the second half: one long word. Any border before it is better than cutting it.
  for (let position = middle; position > lowest; position -= 1) {
    if (borderAt(text, position, start) > 0) return position;
  }
  return partsCharacter(text, limit) ? limit - 1 : limit;
}

/** Where the next chunk begins: the best start within `overlap` units before `end`, else `end` itself. */
export function overlapStart(text: string, start: number, end: number, overlap: number): number {
  let best = 0;
  let bestAt = end;
  for (let position = Math.max(end - overlap, start + 1); position < end; position += 1) {
    const rank = borderAt(text, position, start);
    if (rank > best) {
      best = rank;
      bestAt = position;
      if (rank >= border.sentence) break;
    }
  }
  return bestAt;
}
