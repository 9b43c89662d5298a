import { element } from './elements.ts';

const before = 40;
const length = 160;

/** The part of a text where the words of a search stand, with the words marked. */
export function snippet(text: string, words: string, terms: readonly string[]): (Node | string)[] {
  const wanted = [...new Set([...words.split(/\s+/), ...terms])]
    .filter((word) => word.length > 1)
    .toSorted((one, other) => other.length - one.length)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (wanted.length === 0) return [text.slice(0, length)];
  const pattern = new RegExp(wanted.join('|'), 'giu');
  const first = text.search(pattern);
  const border = first > before ? text.indexOf(' ', first - before) + 1 : 0;
  const start = border > first ? Math.max(0, first - before) : border;
  const part = text.slice(start, start + length);
  const pieces: (Node | string)[] = start > 0 ? ['… '] : [];
  let at = 0;
  for (const found of part.matchAll(pattern)) {
    pieces.push(part.slice(at, found.index), element('mark', {}, found[0]));
    at = found.index + found[0].length;
  }
  pieces.push(part.slice(at), start + length < text.length ? ' …' : '');
  return pieces;
}
