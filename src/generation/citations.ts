import { CitationMarkers } from './citation-markers.ts';
import type { PromptSource } from './prompt.ts';
import { QuoteFinder, sentencesOf } from './quote.ts';

/** A sentence of the answer rests on this slice of a document. */
export interface Citation {
  readonly type: 'citation';
  /** Of the source, as the answer shows it. */
  readonly number: number;
  readonly documentId: string;
  readonly chunkId: string;
  /** First UTF-16 unit in the document. */
  readonly start: number;
  /** One past the last. */
  readonly end: number;
  /** `document.text.slice(start, end)`. */
  readonly text: string;
  /** Whether the answer quotes it word for word, white space aside; else it is the nearest sentence, or the whole source. */
  readonly exact: boolean;
}

/** The model cited a source that it was never given; the marker is not shown. */
export interface UnknownCitation {
  readonly type: 'unknown-citation';
  readonly number: number;
}

export type CitedEvent = { readonly type: 'text'; readonly text: string } | Citation | UnknownCitation;

/** Marks that end the sentence before them. */
const closing = /^[\s.!?。！？…,，;；:：、)）\]】"'”’]+/u;

/** An answer's sentence is looked for in this much of its end. */
const longestQuote = 4_000;

/**
 * Reads an answer as it comes and finds what its markers point to. A marker belongs to the sentence before it, whether
 * it stands before or after the full stop. Text passes at once, except a bracket that may become a marker.
 */
export class CitationReader {
  readonly #sources: ReadonlyMap<number, PromptSource>;
  readonly #finders = new Map<number, QuoteFinder>();
  readonly #markers = new CitationMarkers();
  /** The answer since the last marker. */
  #tail = '';
  /** How much of the tail the last marker cited; what follows may open the next sentence. */
  #citedLength = 0;
  /** Whether the tail has been cited and the next sentence starts a new one. */
  #cited = false;

  constructor(sources: readonly PromptSource[]) {
    this.#sources = new Map(sources.map((source) => [source.number, source]));
  }

  /** Events for the next piece of text; their text, joined, is the answer without markers of unknown sources. */
  *push(text: string): Generator<CitedEvent, void, undefined> {
    for (const piece of this.#markers.push(text)) {
      if (piece.type === 'text') yield this.#text(piece.text);
      else yield* this.#marker(piece.text, piece.numbers);
    }
  }

  /** The answer is over. */
  *flush(): Generator<CitedEvent, void, undefined> {
    for (const piece of this.#markers.flush()) yield this.#text(piece.text);
  }

  #text(text: string): CitedEvent {
    this.#tail += text;
    // Seldom: cutting at each word would copy the whole tail each time.
    if (!this.#cited && this.#tail.length > 2 * longestQuote) this.#tail = this.#tail.slice(-longestQuote);
    // Between `[1]`, `[2]` and the full stop nothing new is said; with a letter the next sentence has begun.
    if (this.#cited && /[\p{L}\p{N}]/u.test(text)) {
      this.#tail = this.#tail.slice(this.#citedLength).replace(closing, '');
      this.#cited = false;
    }
    return { type: 'text', text };
  }

  *#marker(text: string, numbers: readonly number[]): Generator<CitedEvent, void, undefined> {
    const known = numbers.filter((number) => this.#sources.has(number));
    if (known.length === numbers.length) yield { type: 'text', text };
    else if (known.length > 0) yield { type: 'text', text: `[${known.join(', ')}]` };
    for (const number of numbers) {
      const source = this.#sources.get(number);
      yield source === undefined ? { type: 'unknown-citation', number } : this.#citation(source);
    }
    if (!this.#cited) this.#citedLength = this.#tail.length;
    this.#cited = true;
  }

  #citation({ number, chunk }: PromptSource): Citation {
    let finder = this.#finders.get(number);
    if (finder === undefined) this.#finders.set(number, (finder = new QuoteFinder(chunk.text)));
    const said = (this.#cited ? this.#tail.slice(0, this.#citedLength) : this.#tail).trim();
    const last = sentencesOf(said).at(-1);
    const sentence = last === undefined ? said : said.slice(last.start, last.end);
    const quote = finder.exact(said) ?? finder.exact(sentence) ?? finder.nearest(sentence);
    return {
      type: 'citation',
      number,
      documentId: chunk.documentId,
      chunkId: chunk.id,
      start: chunk.start + quote.start,
      end: chunk.start + quote.end,
      text: chunk.text.slice(quote.start, quote.end),
      exact: quote.exact,
    };
  }
}
