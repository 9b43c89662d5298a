import { partsCharacter } from './characters.ts';

/** Units before and behind a position that are looked at: longer clusters are cut. */
export const graphemeReach = 256;

let segmenter: Intl.Segmenter | undefined;

/**
 * The last border between grapheme clusters (what a reader sees as one character) at `position` or before it and
 * beyond `floor`. A cluster that reaches back that far is cut, between surrogate pairs.
 * @param start a border between clusters.
 */
export function graphemeBorder(text: string, start: number, floor: number, position: number): number {
  if (position >= text.length) return position;
  segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' });
  const from = Math.max(start, position - 4 * graphemeReach);
  const clusters = segmenter.segment(text.slice(from, position + graphemeReach));
  const border = from + (clusters.containing(position - from)?.index ?? position - from);
  if (border > floor) return border;
  return partsCharacter(text, position) ? position - 1 : position;
}
