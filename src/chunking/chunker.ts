import type { Document, Metadata, TextBytes } from '../documents/document.ts';
import type { Source, Stream } from '../iter/operator.ts';
import type { Chunk } from './chunk.ts';

/** A document that need never be whole in memory: its text in pieces, cut anywhere. */
export interface StreamedDocument {
  readonly id: string;
  readonly metadata?: Metadata;
  readonly pieces: Source<string>;
  /** How the text lies in its bytes. @default what `pieces` says itself, as those of `streamText` do */
  readonly bytes?: TextBytes;
}

/** What a chunker takes. A bare text, or bare pieces of one, get the document id `text`. */
export type ChunkSource = Document | StreamedDocument | Source<string>;

export interface ChunkOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Cuts one text into chunks, each given as soon as it is complete.
 *
 * `chunk.text === document.text.slice(chunk.start, chunk.end)`, never longer than the chunker's limit, never half a
 * surrogate pair; the same chunks whatever the sizes of the pieces. Reads no further than the piece that completes
 * the next chunk, and lets the event loop turn every few milliseconds.
 */
export interface Chunker {
  /** Its kind and settings, such as `recursive-500-50`: the same name gives the same chunks. */
  readonly name: string;
  chunk(source: ChunkSource, options?: ChunkOptions): Stream<Chunk>;
}
