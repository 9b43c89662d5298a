import type { Metadata } from '../documents/document.ts';

/** A slice of a document: `text === document.text.slice(start, end)`, always. */
export interface Chunk {
  /** `<documentId>#<index>`. */
  readonly id: string;
  readonly documentId: string;
  /** Position among the document's chunks, from 0. */
  readonly index: number;
  /** First UTF-16 unit in the document. */
  readonly start: number;
  /** One past the last UTF-16 unit. */
  readonly end: number;
  /** First byte in the source, where the document's text lies in it unchanged (`Document.bytes`). */
  readonly startByte?: number;
  /** One past the last byte. */
  readonly endByte?: number;
  readonly text: string;
  /** The document's metadata, and what the chunker adds (such as `headings`). */
  readonly metadata: Metadata;
}
