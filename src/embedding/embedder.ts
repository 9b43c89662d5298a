/** What a text is to a retrieval model: some models embed questions and passages differently. */
export type EmbedKind = 'query' | 'passage';

export interface EmbedOptions {
  /** @default 'passage' */
  readonly kind?: EmbedKind;
  readonly signal?: AbortSignal | undefined;
}

/** Turns texts into unit vectors. */
export interface Embedder extends AsyncDisposable {
  /** Name and version of the model; stored beside vectors, and compared when they are loaded. */
  readonly model: string;
  /** Length of each vector. */
  readonly dimensions: number;
  /** Longest text in tokens that the model sees whole. */
  readonly maxTokens: number;
  /** One unit `Float32Array` of `dimensions` numbers for each text, in the order of the input. */
  embed(
    texts: AsyncIterable<string> | Iterable<string>,
    options?: EmbedOptions,
  ): AsyncGenerator<Float32Array, void, undefined>;
}

/** The vectors of one text's tokens, for comparing texts word by word. */
export interface TokenVectors {
  readonly tokens: number;
  /** Unit vectors, row by row, shape `[tokens, dimensions]`. */
  readonly matrix: Float32Array;
}

/** An embedder that gives its model's token vectors as well. */
export interface TokenEmbedder {
  readonly model: string;
  readonly dimensions: number;
  /**
   * The token vectors of each text, in the order of the input, those of the model's start and end token included. A text
   * longer than the model sees is cut at its limit.
   */
  embedTokens(texts: readonly string[], options?: EmbedOptions): Promise<TokenVectors[]>;
}
