/** An embedding model that cannot be loaded or has stopped. */
export class EmbeddingModelError extends Error {
  override readonly name = 'EmbeddingModelError';
  /** The model's id or folder. */
  readonly model: string;

  constructor(model: string, message: string, options?: ErrorOptions) {
    super(`Embedding model '${model}': ${message}`, options);
    this.model = model;
  }
}
