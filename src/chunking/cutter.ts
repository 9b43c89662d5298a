import type { Metadata } from '../documents/document.ts';

/** Where the next chunk lies in the window, and where the one after it may begin. */
export interface Cut {
  readonly start: number;
  /** Equal to `start` when what was passed holds no chunk. */
  readonly end: number;
  /** From here on text is still needed. Greater than before, or the cutting is over. */
  readonly next: number;
  readonly metadata?: Metadata;
}

/** The text at hand. All positions count its UTF-16 units. The same object serves the next cut: keep none. */
export interface TextWindow {
  readonly text: string;
  /** Where the next chunk may begin. */
  readonly from: number;
  /** Where the chunk before ended: the next must end beyond it. */
  readonly floor: number;
  /** No text follows. */
  readonly ended: boolean;
}

/**
 * The rule of one chunker, free of streams: it sees a window of the text and cuts one chunk. A cut depends on the
 * text alone and never on where the window happens to end, so pieces of any size give the same chunks.
 */
export interface Cutter {
  /** Units beyond `from` that usually suffice for a cut; fewer are not offered unless the text ends. */
  readonly lookahead: number;
  /** Gives `undefined` when more text could change the answer. Never so when the text has ended. */
  cut(window: TextWindow): Cut | undefined;
}
