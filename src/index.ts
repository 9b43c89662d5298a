// The public API: an explicit list, one line a file, room by room.

// iter
export { batch, type BatchOptions } from './iter/batch.ts';
export { buffer, type BufferOptions } from './iter/buffer.ts';
export { Channel, ChannelClosedError, type ChannelOptions } from './iter/channel.ts';
export { VirtualClock, realClock, type Clock } from './iter/clock.ts';
export { closeQuietly } from './iter/close-quietly.ts';
export { drop, type DropOptions } from './iter/drop.ts';
export { filter, type FilterOptions } from './iter/filter.ts';
export { flatMap, type FlatMapOptions } from './iter/flat-map.ts';
export {
  rateLimited,
  retryWithBackoff,
  type GeneratorWrapper,
  type RateLimitedOptions,
  type RetryWithBackoffOptions,
} from './iter/generator-wrappers.ts';
export { mapOrdered, type MapContext, type MapOptions, type Mapper } from './iter/map-ordered.ts';
export { mapUnordered } from './iter/map-unordered.ts';
export { merge, type MergeOptions } from './iter/merge.ts';
export { fromNodeReadable, toNodeReadable, type NodeReadableOptions } from './iter/node-streams.ts';
export type { Source, Stream } from './iter/operator.ts';
export { rateLimit, type RateLimitOptions } from './iter/rate-limit.ts';
export { parseRetryAfter } from './iter/retry-after.ts';
export { retryStream, type RetryStreamOptions } from './iter/retry-stream.ts';
export { retry, type Attempt, type RetryEvent, type RetryOptions as RetryPolicy } from './iter/retry.ts';
export { isRetryableError } from './iter/retryable.ts';
export { Semaphore, type AcquireOptions, type Permit } from './iter/semaphore.ts';
export { share, type ShareOptions, type Shared } from './iter/share.ts';
export { sleep, type SleepOptions } from './iter/sleep.ts';
export { take, type TakeOptions } from './iter/take.ts';
export { tap, type TapOptions } from './iter/tap.ts';
export { TimeoutError, timeout, type TimeoutKind, type TimeoutOptions } from './iter/timeout.ts';
export { toArray, type ToArrayOptions } from './iter/to-array.ts';
export { TokenBucket, type TakeTokensOptions, type TokenBucketOptions } from './iter/token-bucket.ts';
export { fromReadableStream, toReadableStream, type BridgeOptions } from './iter/web-streams.ts';

// documents
export type { Document, Metadata, TextBytes } from './documents/document.ts';
export { DocumentError, NothingFoundError, type DocumentErrorCode } from './documents/document-error.ts';
export { loadDocuments, type LoadOptions, type LoadProgress } from './documents/load-documents.ts';
export type { LoadResult } from './documents/load-result.ts';
export {
  decodePieces,
  streamDocument,
  streamText,
  type StreamTextOptions,
  type TextStream,
} from './documents/stream-text.ts';

// chunking
export type { Chunk } from './chunking/chunk.ts';
export { chunkDocuments, type ChunkDocumentsOptions } from './chunking/chunk-documents.ts';
export type { ChunkOptions, ChunkSource, Chunker, StreamedDocument } from './chunking/chunker.ts';
export { fixedChunker } from './chunking/fixed-chunker.ts';
export { markdownChunker } from './chunking/markdown-chunker.ts';
export { recursiveChunker } from './chunking/recursive-chunker.ts';
export { semanticChunker, type SemanticOptions, type SentenceEmbedder } from './chunking/semantic-chunker.ts';
export { sentenceChunker, type SentenceOptions } from './chunking/sentence-chunker.ts';
export type { SizeOptions } from './chunking/sizes.ts';
export { tokenChunker, type TokenOptions } from './chunking/token-chunker.ts';
export { modelTokenizer, type Tokenizer } from './chunking/tokenizer.ts';

// embedding
export { bundledModel } from './embedding/bundled-model.ts';
export {
  CachedEmbedder,
  type CacheStatistics,
  type CachedEmbedderOptions,
} from './embedding/cached-embedder.ts';
export type { EmbedKind, EmbedOptions, Embedder, TokenEmbedder, TokenVectors } from './embedding/embedder.ts';
export { lengthBatches } from './embedding/length-batches.ts';
export { EmbeddingModelError } from './embedding/model-error.ts';
export { OpenAIEmbedder, type OpenAIEmbedderOptions } from './embedding/openai-embedder.ts';
export { meanPool, normalize } from './embedding/pooling.ts';
export { cosineSimilarity } from './embedding/similarity.ts';
export {
  TransformersEmbedder,
  type LongText,
  type TransformersEmbedderOptions,
} from './embedding/transformers-embedder.ts';

// retrieval
export { CrossEncoderReranker, type CrossEncoderOptions } from './retrieval/cross-encoder.ts';
export { diversify, type DiversityOptions } from './retrieval/diversity.ts';
export { expandHits, type ChunkLookup, type ExpandOptions, type Passage } from './retrieval/expand.ts';
export type { Filter, FilterValue } from './retrieval/filter.ts';
export {
  fuseByRank,
  type FusedHit,
  type FusionOptions,
  type Ranking,
  type SourceRank,
} from './retrieval/fusion.ts';
export { loadHybridIndex, saveHybridIndex, type HybridIndex } from './retrieval/hybrid-file.ts';
export { HttpReranker, RerankError, type HttpRerankerOptions } from './retrieval/http-reranker.ts';
export {
  KeywordIndex,
  type KeywordHit,
  type KeywordIndexOptions,
  type KeywordSearchOptions,
} from './retrieval/keyword-index.ts';
export { LateInteractionReranker, type LateInteractionOptions } from './retrieval/late-interaction.ts';
export {
  averagePrecision,
  ndcgAt,
  precisionAt,
  recallAt,
  reciprocalRank,
  type Relevant,
} from './retrieval/measures.ts';
export { MemoryStore } from './retrieval/memory-store.ts';
export {
  blendRerank,
  rerank,
  type RerankOptions,
  type RerankedHit,
  type Reranker,
} from './retrieval/reranker.ts';
export {
  Retriever,
  type Retrieval,
  type RetrievalSource,
  type RetrieveOptions,
  type RetrieverOptions,
  type SourceFailure,
} from './retrieval/retriever.ts';
export {
  bootstrapInterval,
  pairedTest,
  type Interval,
  type ResampleOptions,
} from './retrieval/statistics.ts';
export { StoreFileError } from './retrieval/store-file.ts';
export { fold, termsOf, type TermOptions } from './retrieval/terms.ts';
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
export { modelFromEnvironment } from './generation/model-from-environment.ts';
export type { OpenAIModelOptions, RetryOptions } from './generation/openai-model.ts';
export { OpenAIModel } from './generation/openai-model.ts';
export type { LeftOut, Prompt, PromptOptions, PromptSource } from './generation/prompt.ts';
export { buildPrompt } from './generation/prompt.ts';
export type { CountTokens } from './generation/token-count.ts';
export { estimateTokens } from './generation/token-count.ts';

// service
export type { AnswerEvent, StageName } from './service/answer-events.ts';
export { cacheFolder } from './service/cache-folder.ts';
export type { FolderIndex, FolderIndexOptions } from './service/folder-index.ts';
export { openFolderIndex } from './service/folder-index.ts';
export { type ServerOptions, type ServiceServer, startServer } from './service/http/server.ts';
export type { IngestEvent } from './service/ingest.ts';
export {
  type AnswerAllOptions,
  type OrchestratorOptions,
  type Outcome,
  OverloadedError,
  RagOrchestrator,
} from './service/rag-orchestrator.ts';
export { StageTimeoutError } from './service/stage-timeout.ts';
export type { AnswerOptions, ServiceOptions, TimeLimits } from './service/stream-rag-service.ts';
export { StreamRAGService } from './service/stream-rag-service.ts';
