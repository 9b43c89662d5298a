import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import {
  AutoModelForSequenceClassification,
  AutoTokenizer,
  env,
  type PreTrainedModel,
  type PreTrainedTokenizer,
  type Tensor,
} from '@xenova/transformers';
import { EmbeddingModelError } from '../embedding/model-error.ts';
import { lengthBatches } from '../embedding/length-batches.ts';
import { checkInteger } from '../iter/checks.ts';
import type { Reranker } from './reranker.ts';

export interface CrossEncoderOptions {
  /** A local folder with `config.json`, `tokenizer.json` and `onnx/`, or a hub id such as `Xenova/bge-reranker-base`. */
  readonly model: string;
  /** Whether a hub model may be downloaded. @default false */
  readonly allowDownload?: boolean;
  /** Folder for downloads. @default that of `@xenova/transformers` */
  readonly cacheFolder?: string;
  /** Weights: 'q8', 'fp32', 'fp16', … @default 'q8' */
  readonly dtype?: string;
  /** Tokens in one run of the model, padding included, from 1. @default 4096 */
  readonly maxBatchTokens?: number;
  /** Longest question and text together, in tokens, from 8; the text's end is cut. @default the model's own limit */
  readonly maxTokens?: number;
}

/**
 * A cross-encoder on this machine: a model that reads question and text together and gives one number (Nogueira & Cho 2019,
 * https://arxiv.org/abs/1901.04085). Exact and slow: for the first few dozen hits. ONNX Runtime computes on threads of its own.
 */
export class CrossEncoderReranker implements Reranker, AsyncDisposable {
  readonly name: string;
  readonly #tokenizer: PreTrainedTokenizer;
  readonly #model: PreTrainedModel;
  readonly #maxTokens: number;
  readonly #maxBatchTokens: number;

  private constructor(
    name: string,
    tokenizer: PreTrainedTokenizer,
    model: PreTrainedModel,
    maxTokens: number,
    maxBatchTokens: number,
  ) {
    this.name = `cross-encoder-${name}`;
    this.#tokenizer = tokenizer;
    this.#model = model;
    this.#maxTokens = maxTokens;
    this.#maxBatchTokens = maxBatchTokens;
  }

  /**
   * Loads a model.
   *
   * @throws RangeError for an option out of its range.
   * @throws EmbeddingModelError if a file is missing or damaged, a download is needed and not allowed, or the model does not
   *   give one number for a pair of texts.
   */
  static async load({
    model,
    allowDownload = false,
    cacheFolder,
    dtype = 'q8',
    maxBatchTokens = 4_096,
    maxTokens,
  }: CrossEncoderOptions): Promise<CrossEncoderReranker> {
    if (typeof model !== 'string' || model === '')
      throw new TypeError('`model` must be a folder or the id of a hub model');
    checkInteger('maxBatchTokens', maxBatchTokens, 1);
    if (maxTokens !== undefined) checkInteger('maxTokens', maxTokens, 8);
    const isFolder = isAbsolute(model) || model.startsWith('.');
    if (!isFolder && !allowDownload) {
      throw new EmbeddingModelError(
        model,
        'a hub model must be downloaded, and downloads are off. Pass `allowDownload: true`, or the path of a folder.',
      );
    }
    const folder = resolve(model);
    if (isFolder) {
      for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx']) {
        if (!existsSync(join(folder, file)))
          throw new EmbeddingModelError(model, `cannot be loaded: ${join(folder, file)} is missing`);
      }
      env.localModelPath = `${dirname(folder)}/`;
    }
    env.allowLocalModels = isFolder;
    env.allowRemoteModels = !isFolder;
    if (cacheFolder !== undefined) env.cacheDir = cacheFolder;
    const id = isFolder ? basename(folder) : model;
    const options = { local_files_only: isFolder };
    try {
      const tokenizer = await AutoTokenizer.from_pretrained(id, options);
      const network = await AutoModelForSequenceClassification.from_pretrained(id, {
        ...options,
        dtype: dtype as 'q8',
        device: 'cpu',
      });
      const config = network.config as { max_position_embeddings?: number };
      const limit = Math.min(config.max_position_embeddings ?? 512, tokenizer.model_max_length ?? 512);
      return new CrossEncoderReranker(
        model,
        tokenizer,
        network,
        Math.min(maxTokens ?? limit, limit),
        maxBatchTokens,
      );
    } catch (error) {
      throw new EmbeddingModelError(model, `cannot be loaded: ${(error as Error).message}`, { cause: error });
    }
  }

  /** As {@link Reranker.score}: the model's raw numbers. Runs batches of like length; stops between two when aborted. */
  async score(
    question: string,
    texts: readonly string[],
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<number[]> {
    signal?.throwIfAborted();
    const lengths = texts.map((text) => Math.min(this.#maxTokens, this.#encode([question], [text]).tokens));
    const scores: number[] = [];
    for (const batch of lengthBatches(lengths, this.#maxBatchTokens)) {
      const { inputs } = this.#encode(
        batch.map(() => question),
        batch.map((at) => texts[at]!),
      );
      const { logits } = (await this.#model(inputs)) as { logits: Tensor };
      signal?.throwIfAborted();
      if (logits.dims.length !== 2 || logits.dims[1] !== 1) {
        throw new EmbeddingModelError(
          this.name,
          `must give one number for each text, got the shape ${logits.dims.join(' × ')} for ${batch.length}`,
        );
      }
      for (const [row, at] of batch.entries()) scores[at] = Number(logits.data[row]);
    }
    return scores;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#model.dispose();
  }

  #encode(questions: readonly string[], texts: readonly string[]) {
    const inputs = this.#tokenizer(
      questions.map((question) => question.toWellFormed()),
      {
        text_pair: texts.map((text) => text.toWellFormed()),
        padding: true,
        truncation: true,
        max_length: this.#maxTokens,
      },
    ) as Record<string, Tensor>;
    return { inputs, tokens: inputs.input_ids!.dims[1]! };
  }
}
