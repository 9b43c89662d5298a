import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

// ONNX is protobuf (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto); a few fields are all that this model needs.
function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return [...bytes, value];
}
const number = (field: number, value: number) => Buffer.from([...varint(field * 8), ...varint(value)]);
const bytes = (field: number, value: Buffer | string) => {
  const content = Buffer.from(value as string);
  return Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(content.length)]), content]);
};
const message = (field: number, ...parts: Buffer[]) => bytes(field, Buffer.concat(parts));

const floatType = 1;
const integerType = 7;

function node(operator: string, inputs: string[], output: string, attributes: Record<string, number> = {}) {
  return message(
    1,
    ...inputs.map((input) => bytes(1, input)),
    bytes(2, output),
    bytes(3, output),
    bytes(4, operator),
    ...Object.entries(attributes).map(([name, value]) =>
      message(5, bytes(1, name), number(3, value), number(20, 2)),
    ),
  );
}

function constant(name: string, type: number, dims: number[], raw: ArrayBuffer) {
  return message(
    5,
    ...dims.map((dim) => number(1, dim)),
    number(2, type),
    bytes(8, name),
    bytes(9, Buffer.from(raw)),
  );
}

function value(field: number, name: string, type: number, dims: (string | number)[]) {
  const shape = dims.map((dim) => message(1, typeof dim === 'number' ? number(1, dim) : bytes(2, dim)));
  return message(field, bytes(1, name), message(2, message(1, number(1, type), message(2, ...shape))));
}

/** A network that adds up the weights of all tokens, one column of weights an output. */
function network(weights: readonly (readonly number[])[]): Buffer {
  const outputs = weights[0]!.length;
  const axis = (at: number) => new BigInt64Array([BigInt(at)]).buffer;
  return Buffer.concat([
    number(1, 8),
    message(
      7,
      node('Gather', ['weights', 'input_ids'], 'each', { axis: 0 }),
      node('Cast', ['attention_mask'], 'mask', { to: floatType }),
      node('Unsqueeze', ['mask', 'last'], 'column'),
      node('Mul', ['each', 'column'], 'kept'),
      node('ReduceSum', ['kept', 'middle'], 'logits', { keepdims: 0 }),
      bytes(2, 'tiny'),
      constant('weights', floatType, [weights.length, outputs], Float32Array.from(weights.flat()).buffer),
      constant('last', integerType, [1], axis(2)),
      constant('middle', integerType, [1], axis(1)),
      value(11, 'input_ids', integerType, ['texts', 'tokens']),
      value(11, 'attention_mask', integerType, ['texts', 'tokens']),
      value(12, 'logits', floatType, ['texts', outputs]),
    ),
    message(8, number(2, 13)),
  ]);
}

const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];

/**
 * A folder with a real model for ONNX Runtime and a real tokenizer, that scores a pair of texts by the sum of its words'
 * weights. It is gone when the test ends.
 */
export async function tinyCrossEncoder(words: Readonly<Record<string, readonly number[]>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cross-encoder-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const vocabulary = [...special, ...Object.keys(words)];
  const outputs = Object.values(words)[0]!.length;
  const nothing = Array.from<number>({ length: outputs }).fill(0);
  const token = (content: string, id: number) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  const part = (id: string, type: number) => ({ Sequence: { id, type_id: type } });
  const mark = (id: string, type: number) => ({ SpecialToken: { id, type_id: type } });
  const files = {
    'config.json': {
      architectures: ['BertForSequenceClassification'],
      model_type: 'bert',
      max_position_embeddings: 32,
      vocab_size: vocabulary.length,
    },
    'tokenizer_config.json': {
      tokenizer_class: 'BertTokenizer',
      model_max_length: 32,
      pad_token: '[PAD]',
      unk_token: '[UNK]',
      cls_token: '[CLS]',
      sep_token: '[SEP]',
    },
    'tokenizer.json': {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: special.map(token),
      normalizer: {
        type: 'BertNormalizer',
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
        lowercase: true,
      },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: {
        type: 'TemplateProcessing',
        single: [mark('[CLS]', 0), part('A', 0), mark('[SEP]', 0)],
        pair: [mark('[CLS]', 0), part('A', 0), mark('[SEP]', 0), part('B', 1), mark('[SEP]', 1)],
        special_tokens: Object.fromEntries(
          ['[CLS]', '[SEP]'].map((name) => [
            name,
            { id: name, ids: [special.indexOf(name)], tokens: [name] },
          ]),
        ),
      },
      decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
      model: {
        type: 'WordPiece',
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(vocabulary.map((word, id) => [word, id])),
      },
    },
  };
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder, name), JSON.stringify(content));
  await mkdir(join(folder, 'onnx'));
  await writeFile(
    join(folder, 'onnx', 'model.onnx'),
    network([...special.map(() => nothing), ...Object.values(words)]),
  );
  return folder;
}
