import { existsSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * Counts tokens as some model does.
 * @example
 * import { countTokens } from 'gpt-tokenizer';
 * const tokenizer = { name: 'o200k', count: (text: string) => countTokens(text) };
 */
export interface Tokenizer {
  /** Goes into the chunker's name. */
  readonly name: string;
  /** Tokens of a text, without those that a model puts around it. */
  readonly count: (text: string) => number;
}

/** The parts used of a Transformers.js tokenizer. */
interface TransformersTokenizer {
  tokenize(text: string): readonly string[];
}

/**
 * The tokenizer of a model: a name on the hub, or a folder with its `tokenizer.json` and `tokenizer_config.json`.
 * A folder is read without the network.
 * @throws Error when the tokenizer cannot be loaded, with the reason as its cause.
 */
export async function modelTokenizer(model: string): Promise<Tokenizer> {
  const { AutoTokenizer } = await import('@xenova/transformers');
  const isFolder = existsSync(model);
  let tokenizer: TransformersTokenizer;
  try {
    tokenizer = await AutoTokenizer.from_pretrained(model, { local_files_only: isFolder });
  } catch (error) {
    throw new Error(`The tokenizer of '${model}' could not be loaded`, { cause: error });
  }
  return {
    name: isFolder ? basename(model) : model,
    count: (text) => tokenizer.tokenize(text).length,
  };
}
