/** Facts about a text that travel with it: strings, numbers, booleans, and lists or records of them. */
export type Metadata = Readonly<Record<string, unknown>>;

/** A text and where it came from. */
export interface Document {
  /** Stable: the same source gives the same id in every process. For a file under a loaded folder, its path relative to that folder, with `/`. */
  readonly id: string;
  /** The decoded text. All offsets in this library count its UTF-16 units. */
  readonly text: string;
  /** At least `source` (path or URL); where known `title`, `language` (BCP 47), `mediaType`. */
  readonly metadata: Metadata;
}
