/** What the embedder and its worker thread say to each other. Vectors travel as transferred buffers, not copies. */

export interface EncoderSettings {
  /** Name shown in errors and stored beside vectors. */
  readonly name: string;
  /** A folder with `config.json`, `tokenizer.json` and `onnx/`, or a hub id when `remote` is set. */
  readonly source: string;
  readonly remote: boolean;
  readonly cacheFolder: string | undefined;
  readonly dtype: string;
  readonly device: string;
  readonly threads: number | undefined;
  readonly pooling: 'mean' | 'cls';
  readonly maxTokens: number | undefined;
  readonly maxBatchTokens: number;
}

export type ToWorker =
  | {
      readonly type: 'encode';
      readonly id: number;
      readonly texts: readonly string[];
      /** A question goes ahead of passages: between two of their batches. */
      readonly urgent: boolean;
      /** A vector for each token instead of one for each text. */
      readonly tokens?: boolean;
    }
  | { readonly type: 'stop'; readonly id: number }
  | { readonly type: 'close' };

export interface LongText {
  /** Position in the input, from 0. */
  readonly index: number;
  readonly tokens: number;
  /** Parts that the text was split into; its vector is the mean over the tokens of all of them. */
  readonly parts: number;
}

export type FromWorker =
  | { readonly type: 'progress'; readonly file: string; readonly loaded: number; readonly total: number }
  | {
      readonly type: 'ready';
      readonly dimensions: number;
      readonly maxTokens: number;
      readonly loadMs: number;
    }
  | { readonly type: 'failed'; readonly message: string }
  | {
      readonly type: 'vectors';
      readonly id: number;
      /** Positions in the request's `texts`. */
      readonly indices: readonly number[];
      /** Shape `[indices.length, dimensions]`. */
      readonly matrix: Float32Array;
    }
  | {
      readonly type: 'tokens';
      readonly id: number;
      /** Position in the request's `texts`. */
      readonly index: number;
      /** Unit vectors, shape `[tokens, dimensions]`. */
      readonly matrix: Float32Array;
    }
  | { readonly type: 'long'; readonly id: number; readonly texts: readonly LongText[] }
  | { readonly type: 'done'; readonly id: number }
  | { readonly type: 'error'; readonly id: number; readonly message: string };
