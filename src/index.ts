// The public API: an explicit list, one line a file, room by room.

// iter

// documents
export type { Document, Metadata } from './documents/document.ts';

// chunking
export type { Chunk } from './chunking/chunk.ts';

// embedding
export type { EmbedKind, EmbedOptions, Embedder } from './embedding/embedder.ts';

// retrieval
export type { Filter, FilterValue } from './retrieval/filter.ts';
export { MemoryStore } from './retrieval/memory-store.ts';
export { StoreFileError } from './retrieval/store-file.ts';
export type { Entry, Hit, SearchOptions, VectorStore } from './retrieval/vector-store.ts';
export { ModelMismatchError, VectorError, checkModel } from './retrieval/vector-store.ts';

// generation

// service

// endpoint
