import { checkFilter, type Filter } from '../../retrieval/filter.ts';
import { HttpError } from './http-error.ts';

export interface AnswerRequest {
  readonly question: string;
  readonly sessionId: string | undefined;
  readonly topK: number | undefined;
  readonly filter: Filter | undefined;
  /** Go on for a while when the client is gone, so that it can come back. */
  readonly resumable: boolean;
}

export interface ChatRequest {
  readonly question: string;
  readonly model: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const refuse = (param: string, message: string): never => {
  throw new HttpError(400, message, { param });
};

/** @throws HttpError 400 unless the bytes are UTF-8 and hold a JSON object. */
export function readFields(bytes: ArrayBuffer): Fields {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new HttpError(400, 'The body is not valid JSON in UTF-8.');
  }
  if (!isFields(value)) throw new HttpError(400, 'The body must be a JSON object.');
  return value;
}

/** The question's length is left to the service, which knows its limit. @throws HttpError 400 naming the parameter. */
export function readAnswerRequest(fields: Fields): AnswerRequest {
  const { question, sessionId, topK, filter, resumable = false } = fields;
  if (typeof question !== 'string') return refuse('question', '`question` must be text.');
  if (sessionId !== undefined && (typeof sessionId !== 'string' || !/^[\w.:-]{1,200}$/u.test(sessionId))) {
    return refuse('sessionId', '`sessionId` must be 1 to 200 letters, digits, or any of . _ : -');
  }
  if (topK !== undefined && (!Number.isSafeInteger(topK) || (topK as number) < 1 || (topK as number) > 100)) {
    return refuse('topK', '`topK` must be an integer from 1 to 100.');
  }
  if (typeof resumable !== 'boolean') return refuse('resumable', '`resumable` must be true or false.');
  if (filter !== undefined) {
    try {
      checkFilter(filter);
    } catch (error) {
      return refuse('filter', (error as Error).message);
    }
  }
  return { question, sessionId, topK: topK as number | undefined, filter, resumable };
}

/** The last user message is the question. @throws HttpError 400 naming the parameter. */
export function readChatRequest(fields: Fields, offered: string): ChatRequest {
  const { model, messages, stream = false, stream_options: streamOptions } = fields;
  if (typeof model !== 'string') return refuse('model', '`model` must be the name of a model.');
  if (model !== offered) {
    throw new HttpError(404, `There is no such model here; '${offered}' is.`, {
      param: 'model',
      code: 'model_not_found',
    });
  }
  if (typeof stream !== 'boolean') return refuse('stream', '`stream` must be true or false.');
  if (!Array.isArray(messages) || messages.length === 0) {
    return refuse('messages', '`messages` must be a list of at least one message.');
  }
  const question = messages
    .map((message: unknown, index) => readMessage(message, `messages[${index}]`))
    .findLast(({ role }) => role === 'user')?.content;
  if (question === undefined) return refuse('messages', '`messages` must hold a message of the user.');
  const includeUsage = isFields(streamOptions) && streamOptions.include_usage === true;
  return { question, model, stream, includeUsage };
}

function readMessage(message: unknown, param: string): { role: string; content: string } {
  if (!isFields(message) || typeof message.role !== 'string') {
    return refuse(param, `\`${param}\` must be an object with a \`role\`.`);
  }
  const { role, content } = message;
  if (typeof content === 'string') return { role, content };
  if (content === null || content === undefined) return { role, content: '' };
  const parts: unknown[] = Array.isArray(content) ? content : [undefined];
  const texts = parts.map((part) => (isFields(part) ? part.text : undefined));
  if (!texts.every((text) => typeof text === 'string')) {
    return refuse(param, `\`${param}.content\` must be text, or a list of parts of text.`);
  }
  return { role, content: texts.join('\n') };
}
