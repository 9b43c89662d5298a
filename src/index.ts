// The public API: an explicit list, one line a file, room by room.

// iter

// documents
export type { Document, Metadata } from './documents/document.ts';

// chunking
export type { Chunk } from './chunking/chunk.ts';

// embedding
export { bundledModel } from './embedding/bundled-model.ts';
export type { EmbedKind, EmbedOptions, Embedder } from './embedding/embedder.ts';
export { lengthBatches } from './embedding/length-batches.ts';
export { EmbeddingModelError } from './embedding/model-error.ts';
export { meanPool, normalize } from './embedding/pooling.ts';
export { cosineSimilarity } from './embedding/similarity.ts';
export {
  TransformersEmbedder,
  type LongText,
  type TransformersEmbedderOptions,
} from './embedding/transformers-embedder.ts';

// retrieval
export type { Filter, FilterValue } from './retrieval/filter.ts';
export { MemoryStore } from './retrieval/memory-store.ts';
export { StoreFileError } from './retrieval/store-file.ts';
export type { Entry, Hit, SearchOptions, VectorStore } from './retrieval/vector-store.ts';
export { ModelMismatchError, VectorError, checkModel } from './retrieval/vector-store.ts';

// generation

// service

// endpoint
