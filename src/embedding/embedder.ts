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
