/** A piece of an answer: text to show, or a marker that cites sources. */
export type AnswerPiece =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'marker'; readonly text: string; readonly numbers: readonly number[] };

/** A marker is never longer than this; what is longer is text. */
const longestMarker = 40;
const marker = /^[[【](\d{1,4}(?:\s?[,，、]\s?\d{1,4})*)[\]】]$/u;
const markerStart = /^[[【](?:\d{1,4}\s?(?:[,，、]\s?)?)*$/u;

/**
 * Finds `[1]`, `[1, 3]` and `【1】` in text that comes in pieces of any size. Text that may still become a marker is held
 * back until it is clear, at most 40 units; inside `code` and code blocks a bracket is a bracket.
 */
export class CitationMarkers {
  /** From a bracket that may open a marker. */
  #held = '';
  /** Backticks that opened the code we are in; 0 outside. */
  #codeTicks = 0;
  /** Backticks just read. */
  #ticks = 0;

  *push(text: string): Generator<AnswerPiece, void, undefined> {
    // Most pieces are plain words outside of everything.
    if (this.#held === '' && this.#codeTicks === 0 && this.#ticks === 0 && !/[[【`]/u.test(text)) {
      if (text !== '') yield { type: 'text', text };
      return;
    }
    let shown = '';
    for (const unit of text) {
      if (this.#held !== '') {
        const candidate = this.#held + unit;
        const numbers = marker.exec(candidate)?.[1];
        if (numbers !== undefined) {
          if (shown !== '') yield { type: 'text', text: shown };
          shown = '';
          this.#held = '';
          yield { type: 'marker', text: candidate, numbers: numbers.split(/[,，、]/u).map(Number) };
          continue;
        }
        if (candidate.length <= longestMarker && markerStart.test(candidate)) {
          this.#held = candidate;
          continue;
        }
        shown += this.#held;
        this.#held = '';
      }
      this.#countTicks(unit);
      if ((unit === '[' || unit === '【') && this.#codeTicks === 0) this.#held = unit;
      else shown += unit;
    }
    if (shown !== '') yield { type: 'text', text: shown };
  }

  /** The answer is over: what was held back is text after all. */
  *flush(): Generator<AnswerPiece, void, undefined> {
    if (this.#held !== '') yield { type: 'text', text: this.#held };
    this.#held = '';
  }

  #countTicks(unit: string): void {
    // A lone backtick opens no code that goes on over the line: a slip must not hide all citations that follow.
    if (unit === '\n' && this.#codeTicks < 3) this.#codeTicks = 0;
    if (unit === '`') {
      this.#ticks++;
      return;
    }
    if (this.#ticks === 0) return;
    if (this.#codeTicks === 0) this.#codeTicks = this.#ticks;
    else if (this.#codeTicks === this.#ticks) this.#codeTicks = 0;
    this.#ticks = 0;
  }
}
