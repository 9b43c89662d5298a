/** Facts about a text that travel with it: strings, numbers, booleans, and lists or records of them. */
export type Metadata = Readonly<Record<string, unknown>>;

/** How a text lies in the bytes that it was decoded from, without anything left out or put in. */
export interface TextBytes {
  /** Name of the encoding, as `TextDecoder` writes it: `utf-8`, `gb18030`, `utf-16le`… */
  readonly encoding: string;
  /** Byte of the source where the text begins: behind a byte order mark. */
  readonly offset: number;
}

/** A text and where it came from. */
export interface Document {
  /** Stable: the same source gives the same id in every process. For a file under a loaded folder, its path relative to that folder, with `/`. */
  readonly id: string;
  /** The decoded text. All offsets in this library count its UTF-16 units. */
  readonly text: string;
  /** At least `source` (path or URL); where known `title`, `language` (BCP 47), `mediaType`. */
  readonly metadata: Metadata;
  /** Present when `text` is the source's own text, byte for byte; absent when it was taken out of HTML, a PDF… */
  readonly bytes?: TextBytes;
  /** Where the text to search begins: behind front matter, whose facts are in `metadata`. @default 0 */
  readonly contentStart?: number;
}
