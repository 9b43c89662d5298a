import type { Chunk } from '../../src/chunking/chunk.ts';
import type { Metadata } from '../../src/documents/document.ts';

/** A chunk that fills its whole document. */
export function chunkOf(
  text: string,
  { id = text, index = 0, metadata = {} }: { id?: string; index?: number; metadata?: Metadata } = {},
): Chunk {
  return { id: `${id}#${index}`, documentId: id, index, start: 0, end: text.length, text, metadata };
}
