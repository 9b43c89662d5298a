import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  AutoModel,
  AutoTokenizer,
  Tensor,
  env,
  type PreTrainedModel,
  type PreTrainedTokenizer,
} from '@xenova/transformers';
import { lengthBatches } from './length-batches.ts';
import { addTo, normalize } from './pooling.ts';
import type { EncoderSettings, LongText } from './worker-protocol.ts';

/** Texts to vectors, on the thread it runs on. {@link TransformersEmbedder} keeps one in a worker. */
export class Encoder {
  readonly dimensions: number;
  readonly maxTokens: number;
  readonly #tokenizer: PreTrainedTokenizer;
  readonly #model: PreTrainedModel;
  readonly #settings: EncoderSettings;

  private constructor(
    tokenizer: PreTrainedTokenizer,
    model: PreTrainedModel,
    settings: EncoderSettings,
    dimensions: number,
    maxTokens: number,
  ) {
    this.#tokenizer = tokenizer;
    this.#model = model;
    this.#settings = settings;
    this.dimensions = dimensions;
    this.maxTokens = maxTokens;
  }

  /** @throws Error naming the file that is missing or damaged. */
  static async load(
    settings: EncoderSettings,
    onProgress: (file: string, loaded: number, total: number) => void = () => {},
  ): Promise<Encoder> {
    let id = settings.source;
    env.allowRemoteModels = settings.remote;
    env.allowLocalModels = !settings.remote;
    if (settings.cacheFolder !== undefined) env.cacheDir = settings.cacheFolder;
    if (!settings.remote) {
      for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx']) {
        if (!existsSync(join(settings.source, file)))
          throw new Error(`${join(settings.source, file)} is missing`);
      }
      env.localModelPath = dirname(settings.source) + '/';
      id = basename(settings.source);
    }
    const options = {
      local_files_only: !settings.remote,
      progress_callback: (event: { status: string; file?: string; loaded?: number; total?: number }) => {
        if (event.status === 'progress') onProgress(event.file ?? '', event.loaded ?? 0, event.total ?? 0);
      },
    };
    const tokenizer = await AutoTokenizer.from_pretrained(id, options);
    const model = await AutoModel.from_pretrained(id, {
      ...options,
      dtype: settings.dtype as 'q8',
      device: settings.device as 'cpu',
      session_options: settings.threads === undefined ? {} : { intraOpNumThreads: settings.threads },
    });
    const config = model.config as { hidden_size?: number; max_position_embeddings?: number };
    const positions = Math.min(config.max_position_embeddings ?? 512, tokenizer.model_max_length ?? 512);
    const maxTokens = Math.min(settings.maxTokens ?? positions, positions);
    return new Encoder(tokenizer, model, settings, config.hidden_size ?? 0, maxTokens);
  }

  /** Token ids of a text with the model's own start and end tokens, uncut. */
  tokenize(text: string): number[] {
    const { input_ids: ids } = this.#tokenizer(text.toWellFormed(), {
      return_tensor: false,
      truncation: false,
    }) as {
      input_ids: number[];
    };
    return ids;
  }

  /**
   * Encodes `texts` in batches of like length, one batch a pull.
   *
   * @param onLong Told, before the first batch, of texts that were split.
   * @returns For each batch, positions in `texts` and their unit vectors, shape `[indices.length, dimensions]`. A text
   *   that was split comes with the batch that holds its last part.
   */
  async *encode(
    texts: readonly string[],
    onLong: (texts: LongText[]) => void = () => {},
  ): AsyncGenerator<{ indices: number[]; matrix: Float32Array }, void, undefined> {
    const parts: number[][] = [];
    const ownerOfPart: number[] = [];
    const partsOfText: number[] = [];
    const long: LongText[] = [];
    for (const [index, text] of texts.entries()) {
      const ids = this.tokenize(text);
      const pieces = this.#split(ids);
      if (pieces.length > 1) long.push({ index, tokens: ids.length, parts: pieces.length });
      partsOfText.push(pieces.length);
      for (const piece of pieces) {
        parts.push(piece);
        ownerOfPart.push(index);
      }
    }
    if (long.length > 0) onLong(long);

    const sums = new Map<number, { sum: Float32Array; tokens: number; left: number }>();
    const lengths = parts.map((part) => part.length);
    for (const batch of lengthBatches(lengths, this.#settings.maxBatchTokens)) {
      const indices: number[] = [];
      const vectors: Float32Array[] = [];
      for (const [row, { sum, tokens }] of (await this.#run(batch.map((part) => parts[part]!))).entries()) {
        const owner = ownerOfPart[batch[row]!]!;
        const so = sums.get(owner) ?? {
          sum: new Float32Array(this.dimensions),
          tokens: 0,
          left: partsOfText[owner]!,
        };
        addTo(so.sum, sum);
        so.tokens += tokens;
        so.left--;
        sums.set(owner, so);
        if (so.left > 0) continue;
        sums.delete(owner);
        indices.push(owner);
        vectors.push(normalize(so.sum.map((value) => value / so.tokens)));
      }
      const matrix = new Float32Array(indices.length * this.dimensions);
      for (const [row, vector] of vectors.entries()) matrix.set(vector, row * this.dimensions);
      yield { indices, matrix };
    }
  }

  /**
   * A unit vector for each token, in batches of like length, one batch a pull. A text longer than the model's limit is cut.
   *
   * @returns For each text its position in `texts` and its vectors, shape `[tokens, dimensions]`, with those of the start and
   *   end token.
   */
  async *encodeTokens(
    texts: readonly string[],
  ): AsyncGenerator<{ index: number; matrix: Float32Array }[], void, undefined> {
    const rows = texts.map((text) => {
      const ids = this.tokenize(text);
      return ids.length <= this.maxTokens ? ids : [...ids.slice(0, this.maxTokens - 1), ids.at(-1)!];
    });
    const lengths = rows.map((row) => row.length);
    for (const batch of lengthBatches(lengths, this.#settings.maxBatchTokens)) {
      const { hidden, length } = await this.#hidden(batch.map((row) => rows[row]!));
      yield batch.map((index, at) => {
        const matrix = new Float32Array(rows[index]!.length * this.dimensions);
        for (let token = 0; token < rows[index]!.length; token++) {
          const from = (at * length + token) * this.dimensions;
          matrix.set(normalize(hidden.subarray(from, from + this.dimensions)), token * this.dimensions);
        }
        return { index, matrix };
      });
    }
  }

  async dispose(): Promise<void> {
    await this.#model.dispose();
  }

  /** Parts of at most `maxTokens`, each between the text's own first and last (special) token. */
  #split(ids: number[]): number[][] {
    if (ids.length <= this.maxTokens) return [ids];
    const first = ids[0]!;
    const last = ids.at(-1)!;
    const inner = ids.slice(1, -1);
    const size = this.maxTokens - 2;
    const count = Math.ceil(inner.length / size);
    const even = Math.ceil(inner.length / count);
    return Array.from({ length: count }, (_, part) => [
      first,
      ...inner.slice(part * even, (part + 1) * even),
      last,
    ]);
  }

  /** Sum (mean pooling) or first token (CLS pooling) of each row's token vectors, with the number of tokens summed. */
  async #run(rows: number[][]): Promise<{ sum: Float32Array; tokens: number }[]> {
    const { hidden, length } = await this.#hidden(rows);
    return rows.map((row, at) => {
      const sum = new Float32Array(this.dimensions);
      const count = this.#settings.pooling === 'cls' ? 1 : row.length;
      for (let token = 0; token < count; token++) addTo(sum, hidden, (at * length + token) * this.dimensions);
      return { sum, tokens: count };
    });
  }

  /** The last layer's output for rows of token ids, shape `[rows, length, dimensions]`. */
  async #hidden(rows: number[][]): Promise<{ hidden: Float32Array; length: number }> {
    const length = Math.max(...rows.map((row) => row.length));
    const ids = new BigInt64Array(rows.length * length);
    const mask = new BigInt64Array(rows.length * length);
    for (const [row, tokens] of rows.entries()) {
      for (const [at, id] of tokens.entries()) {
        ids[row * length + at] = BigInt(id);
        mask[row * length + at] = 1n;
      }
    }
    const dims = [rows.length, length];
    const output = (await this.#model({
      input_ids: new Tensor('int64', ids, dims),
      attention_mask: new Tensor('int64', mask, dims),
    })) as { last_hidden_state: Tensor };
    return { hidden: output.last_hidden_state.data as Float32Array, length };
  }
}
