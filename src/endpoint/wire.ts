import { randomUUID } from 'node:crypto';

/** An error as OpenAI's servers send it, with its HTTP status. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly status: 400 | 401 | 403 | 404 | 405 | 413 | 415 | 429 | 500 | 503;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;

  constructor(
    status: WireError['status'],
    message: string,
    {
      type = 'invalid_request_error',
      param = null,
      code = null,
    }: { type?: string; param?: string | null; code?: string | null } = {},
  ) {
    super(message);
    this.status = status;
    this.type = type;
    this.param = param;
    this.code = code;
  }

  get body() {
    return { error: { message: this.message, type: this.type, param: this.param, code: this.code } };
  }
}

/** A message as it arrives, its content joined to one string. */
export interface WireMessage {
  readonly role: string;
  readonly content: string;
}

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly WireMessage[];
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly maxTokens: number | undefined;
  readonly stop: readonly string[];
}

export interface ResponsesRequest {
  readonly model: string;
  readonly instructions: string | null;
  /** The instructions first, where there are any. */
  readonly messages: readonly WireMessage[];
  readonly stream: boolean;
  readonly maxTokens: number | undefined;
  readonly stop: readonly string[];
}

const fail = (param: string, message: string): never => {
  throw new WireError(400, message, { param });
};

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A JSON body, whatever it is meant for. @throws WireError 400 unless it is an object. */
export function readFields(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WireError(400, 'The body is not valid JSON.');
  }
  if (!isFields(value)) throw new WireError(400, 'The body must be a JSON object.');
  return value;
}

export function readModel(fields: Fields): string {
  const { model } = fields;
  return typeof model === 'string' && model !== ''
    ? model
    : fail('model', '`model` must be the name of a model.');
}

/** @throws WireError 400 naming the parameter that is wrong. */
export function readChatRequest(fields: Fields): ChatRequest {
  const { messages, stream = false, stream_options: streamOptions, n = 1, stop } = fields;
  if (!Array.isArray(messages) || messages.length === 0) {
    return fail('messages', '`messages` must be a list of at least one message.');
  }
  if (typeof stream !== 'boolean') return fail('stream', '`stream` must be true or false.');
  if (n !== 1 && n !== null) return fail('n', '`n` must be 1: this server gives one answer a request.');
  if (streamOptions !== undefined && streamOptions !== null && !isFields(streamOptions)) {
    return fail('stream_options', '`stream_options` must be an object.');
  }
  return {
    model: readModel(fields),
    messages: messages.map((message, index) => readMessage(message, `messages[${index}]`)),
    stream,
    includeUsage: isFields(streamOptions) && streamOptions.include_usage === true,
    maxTokens: readMaxTokens(fields, ['max_completion_tokens', 'max_tokens']),
    stop: readStop(stop),
  };
}

/** @throws WireError 400 naming the parameter that is wrong. */
export function readResponsesRequest(fields: Fields): ResponsesRequest {
  const { input, instructions = null, stream = false, previous_response_id: previous } = fields;
  if (typeof stream !== 'boolean') return fail('stream', '`stream` must be true or false.');
  if (instructions !== null && typeof instructions !== 'string') {
    return fail('instructions', '`instructions` must be text.');
  }
  if (previous !== undefined && previous !== null) {
    return fail(
      'previous_response_id',
      'This server keeps no responses: send the whole conversation as `input`.',
    );
  }
  const items: unknown[] =
    typeof input === 'string' ? [{ role: 'user', content: input }] : Array.isArray(input) ? input : [];
  if (items.length === 0) return fail('input', '`input` must be text, or a list of at least one message.');
  const messages = items.map((message, index) => readMessage(message, `input[${index}]`));
  return {
    model: readModel(fields),
    instructions,
    messages: instructions === null ? messages : [{ role: 'system', content: instructions }, ...messages],
    stream,
    maxTokens: readMaxTokens(fields, ['max_output_tokens']),
    stop: [],
  };
}

function readMessage(message: unknown, param: string): WireMessage {
  if (!isFields(message) || typeof message.role !== 'string') {
    return fail(param, `\`${param}\` must be an object with a \`role\`.`);
  }
  const { role, content } = message;
  if (typeof content === 'string') return { role, content };
  if (content === null || content === undefined) return { role, content: '' };
  if (!Array.isArray(content)) return fail(param, `\`${param}.content\` must be text or a list of parts.`);
  const parts = content.map((part: unknown) => {
    const text = isFields(part) ? part.text : undefined;
    return typeof text === 'string' ? text : fail(param, `\`${param}.content\` may hold parts of text only.`);
  });
  return { role, content: parts.join('\n') };
}

function readMaxTokens(fields: Fields, params: readonly string[]): number | undefined {
  const param = params.find((name) => fields[name] !== undefined && fields[name] !== null);
  if (param === undefined) return undefined;
  const value = fields[param];
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
  return fail(param, `\`${param}\` must be an integer from 1 up.`);
}

function readStop(stop: unknown): readonly string[] {
  if (stop === undefined || stop === null) return [];
  const list: unknown[] = Array.isArray(stop) ? stop : [stop];
  if (list.length > 4 || !list.every((item) => typeof item === 'string' && item !== '')) {
    return fail('stop', '`stop` must be a text, or a list of at most 4.');
  }
  return list as string[];
}

/** The texts to embed. @throws WireError 400 naming what is wrong. */
export function readEmbeddingInput(fields: Fields): { input: readonly string[]; base64: boolean } {
  const { input, encoding_format: format = 'float' } = fields;
  const list: unknown[] = Array.isArray(input) ? input : [input];
  if (
    list.length === 0 ||
    list.length > 2048 ||
    !list.every((item) => typeof item === 'string' && item !== '')
  ) {
    return fail('input', '`input` must be a text, or a list of 1 to 2048 texts, none of them empty.');
  }
  if (format !== 'float' && format !== 'base64') {
    return fail('encoding_format', "`encoding_format` must be 'float' or 'base64'.");
  }
  return { input: list as string[], base64: format === 'base64' };
}

export const newId = (prefix: string) => `${prefix}-${randomUUID().replaceAll('-', '').slice(0, 24)}`;
export const unixSeconds = () => Math.floor(Date.now() / 1000);
