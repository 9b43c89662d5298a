import { classes, unitClass } from './characters.ts';

/** How good a place is to cut, from nothing to the gap between paragraphs. */
export const border = { none: 0, character: 1, word: 2, sentence: 3, line: 4, paragraph: 5 } as const;

export type Border = (typeof border)[keyof typeof border];

const { space, newline, terminator, wideTerminator, wideClause, ideograph, closer, opener, joined } =
  unitClass;

/**
 * The border between the units at `position - 1` and `position`. In a run of spaces or of closing marks only the end
 * of the run is one, so that looking back over runs stays linear for a scan as a whole.
 * @param lowest looks back no further than this.
 */
export function borderAt(text: string, position: number, lowest: number): Border {
  const before = classes[text.charCodeAt(position - 1)]!;
  const after = position < text.length ? classes[text.charCodeAt(position)]! : newline;
  if (after === joined) return border.none;
  switch (before) {
    case newline:
      if (text.charCodeAt(position - 1) === 0x0d && text.charCodeAt(position) === 0x0a) return border.none;
      return after === newline || followsNewline(text, position - 2, lowest) ? border.paragraph : border.line;
    case space:
      if (after === space || after === newline) return border.none;
      return endsSentence(text, skipBack(text, position - 1, lowest, space), lowest, false)
        ? border.sentence
        : border.word;
    case wideTerminator:
      return after === closer || after === wideTerminator ? border.none : border.sentence;
    case wideClause:
      return after === closer ? border.none : border.word;
    case closer:
      if (after === closer || after === terminator || after === wideTerminator || after === wideClause)
        return border.none;
      if (endsSentence(text, position, lowest, after !== ideograph)) return border.sentence;
      return after === ideograph || after === opener ? border.character : border.none;
    case terminator:
      return after === ideograph ? border.sentence : border.none;
    case opener:
      return border.none;
    default:
      if (after === terminator || after === wideTerminator || after === wideClause || after === closer)
        return border.none;
      return before === ideograph || after === ideograph ? border.character : border.none;
  }
}

/** Whether only spaces part the unit at `position` from a newline before it. */
function followsNewline(text: string, position: number, lowest: number): boolean {
  let at = position;
  while (at >= lowest) {
    const unit = text.charCodeAt(at);
    const kind = classes[unit]!;
    if (kind === newline) {
      // The carriage return of one and the same line break.
      if (!(unit === 0x0d && text.charCodeAt(at + 1) === 0x0a)) return true;
    } else if (kind !== space) return false;
    at -= 1;
  }
  return false;
}

/** Whether the text up to `end` ends a sentence, closing marks after the full stop included. */
function endsSentence(text: string, end: number, lowest: number, wideOnly: boolean): boolean {
  const at = skipBack(text, end, lowest, closer);
  if (at <= lowest) return false;
  const kind = classes[text.charCodeAt(at - 1)]!;
  return kind === wideTerminator || (kind === terminator && !wideOnly);
}

function skipBack(text: string, end: number, lowest: number, kind: number): number {
  let at = end;
  while (at > lowest && classes[text.charCodeAt(at - 1)] === kind) at -= 1;
  return at;
}
