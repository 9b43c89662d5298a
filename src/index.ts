// The public API: an explicit list, one line a file, room by room.

// iter
export { batch, type BatchOptions } from './iter/batch.ts';
export { buffer, type BufferOptions } from './iter/buffer.ts';
export { VirtualClock, realClock, type Clock } from './iter/clock.ts';
export { closeQuietly } from './iter/close-quietly.ts';
export { mapOrdered, type MapContext, type MapOptions, type Mapper } from './iter/map-ordered.ts';
export { mapUnordered } from './iter/map-unordered.ts';
export type { Source, Stream } from './iter/operator.ts';
export { sleep, type SleepOptions } from './iter/sleep.ts';
export { take, type TakeOptions } from './iter/take.ts';
export { tap, type TapOptions } from './iter/tap.ts';

// documents
export type { Document, Metadata } from './documents/document.ts';
export { DocumentError, NothingFoundError, type DocumentErrorCode } from './documents/document-error.ts';
export {
  loadDocuments,
  type LoadOptions,
  type LoadProgress,
  type LoadResult,
} from './documents/load-documents.ts';

// chunking
export type { Chunk } from './chunking/chunk.ts';
export { chunkDocuments, type ChunkDocumentsOptions } from './chunking/chunk-documents.ts';
export type { ChunkOptions, ChunkSource, Chunker, StreamedDocument } from './chunking/chunker.ts';
export { fixedChunker } from './chunking/fixed-chunker.ts';
export { markdownChunker } from './chunking/markdown-chunker.ts';
export { recursiveChunker } from './chunking/recursive-chunker.ts';
export type { SizeOptions } from './chunking/sizes.ts';

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
export type { AnswerLanguage } from './generation/answer-language.ts';
export { languageOf } from './generation/answer-language.ts';
export type { Citation, CitedEvent, UnknownCitation } from './generation/citations.ts';
export { CitationReader } from './generation/citations.ts';
export type {
  ChatMessage,
  Completion,
  FinishReason,
  GenerateOptions,
  LanguageModel,
  ModelEvent,
} from './generation/language-model.ts';
export { collect } from './generation/language-model.ts';
export type { LanguageModelErrorKind } from './generation/language-model-error.ts';
export { LanguageModelError } from './generation/language-model-error.ts';
export type { OpenAIModelOptions, RetryOptions } from './generation/openai-model.ts';
export { OpenAIModel } from './generation/openai-model.ts';
export type { LeftOut, Prompt, PromptOptions, PromptSource } from './generation/prompt.ts';
export { buildPrompt } from './generation/prompt.ts';
export type { CountTokens } from './generation/token-count.ts';
export { estimateTokens } from './generation/token-count.ts';

// service
