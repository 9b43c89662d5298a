// The public API: an explicit list, one line a file, room by room.

// iter

// documents
export type { Document, Metadata } from './documents/document.ts';

// chunking
export type { Chunk } from './chunking/chunk.ts';

// embedding
export type { EmbedKind, EmbedOptions, Embedder } from './embedding/embedder.ts';

// retrieval

// generation

// service

// endpoint
