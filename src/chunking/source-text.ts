import type { Document, Metadata, TextBytes } from '../documents/document.ts';
import { checkSource, shown } from '../iter/checks.ts';
import type { Source } from '../iter/operator.ts';
import type { ChunkSource } from './chunker.ts';

/** Whatever a chunker was given, as pieces. */
export interface SourceText {
  readonly id: string;
  readonly metadata: Metadata;
  readonly contentStart: number;
  readonly pieces: Source<string>;
  /** The text is one string that the caller holds: its slices need no copies. */
  readonly whole: boolean;
}

/** @throws TypeError for what is neither a document nor text. */
export function sourceText(source: ChunkSource): SourceText {
  const bare = { id: 'text', metadata: {}, contentStart: 0 };
  if (typeof source === 'string') return { ...bare, pieces: [source], whole: true };
  if (typeof source !== 'object' || source === null)
    throw new TypeError(`\`source\` must be a document or pieces of text, got ${shown(source)}`);
  if (Symbol.asyncIterator in source || Symbol.iterator in source)
    return { ...bare, pieces: source, whole: false };
  const { id, metadata = {} } = source;
  if ('pieces' in source) {
    checkSource(source.pieces, 'source.pieces');
    return { id, metadata, contentStart: 0, pieces: source.pieces, whole: false };
  }
  const { text, contentStart = 0 }: Document = source;
  if (typeof text !== 'string')
    throw new TypeError(`\`source\` must have a \`text\` or \`pieces\`, got ${shown(text)}`);
  return { id, metadata, contentStart, pieces: [text], whole: true };
}

/** How a source lies in its bytes: pieces that come from bytes say so once the first has come. */
export function bytesOf(source: ChunkSource): TextBytes | undefined {
  if (typeof source !== 'object') return undefined;
  if ('bytes' in source && source.bytes !== undefined) return source.bytes;
  return 'pieces' in source ? (source.pieces as { readonly bytes?: TextBytes }).bytes : undefined;
}
