/** Where in a passage a sentence of an answer comes from. */
export interface Quote {
  /** First UTF-16 unit in the passage. */
  readonly start: number;
  /** One past the last. */
  readonly end: number;
  /** Whether the sentence stands there word for word, white space aside. */
  readonly exact: boolean;
}

/** A sentence shares at least this much of its words with the one it is said to rest on; below, the whole passage counts. */
const leastOverlap = 0.4;

/** What is shorter stands in almost every text. */
const leastExactUnits = 4;

/** Finds in one passage what sentences of an answer quote or retell. */
export class QuoteFinder {
  readonly #passage: string;
  readonly #squeezed: Squeezed;
  #sentences: readonly { start: number; end: number; terms: ReadonlySet<string> }[] | undefined;

  constructor(passage: string) {
    this.#passage = passage;
    this.#squeezed = squeeze(passage);
  }

  /** The place where `text` stands word for word, whatever its white space. */
  exact(text: string): Quote | undefined {
    const wanted = squeeze(text).text;
    if (wanted.length < leastExactUnits) return undefined;
    const at = this.#squeezed.text.indexOf(wanted);
    if (at < 0) return undefined;
    const start = this.#squeezed.positions[at]!;
    const end = this.#squeezed.positions[at + wanted.length - 1]! + 1;
    return { start, end, exact: true };
  }

  /** The sentence that shares most words with `text`; the whole passage, if none shares enough. */
  nearest(text: string): Quote {
    const wanted = termsOf(text);
    this.#sentences ??= sentencesOf(this.#passage).map((span) => ({
      ...span,
      terms: termsOf(this.#passage.slice(span.start, span.end)),
    }));
    let best: Quote = { start: 0, end: this.#passage.length, exact: false };
    let bestOverlap = leastOverlap;
    for (const { start, end, terms } of this.#sentences) {
      // Dice's measure: twice what is in both, of what is in the two together.
      const overlap = (2 * wanted.intersection(terms).size) / Math.max(1, wanted.size + terms.size);
      if (overlap > bestOverlap) {
        best = { start, end, exact: false };
        bestOverlap = overlap;
      }
    }
    return best;
  }
}

interface Squeezed {
  readonly text: string;
  /** Where each remaining unit stands in the original. */
  readonly positions: readonly number[];
}

function squeeze(text: string): Squeezed {
  const positions: number[] = [];
  let squeezed = '';
  for (let index = 0; index < text.length; index++) {
    if (/\s/u.test(text[index]!)) continue;
    positions.push(index);
    squeezed += text[index];
  }
  return { text: squeezed, positions };
}

function termsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/\p{Script=Han}|[\p{L}\p{N}]+/gu));
}

const sentenceEnd = /[.!?]+["'”’)\]]*(?=\s)|[。！？]+[”’）」』]*|\n/gu;

/** Sentences without the white space around them; a line ends one as well. */
export function sentencesOf(text: string): { start: number; end: number }[] {
  const spans: { start: number; end: number }[] = [];
  let from = 0;
  const add = (to: number) => {
    const slice = text.slice(from, to);
    const start = from + (slice.length - slice.trimStart().length);
    const end = start + slice.trim().length;
    if (end > start) spans.push({ start, end });
    from = to;
  };
  for (const match of text.matchAll(sentenceEnd)) add(match.index + match[0].length);
  add(text.length);
  return spans;
}
