import type { Citation } from '../../generation/citations.ts';
import type { Stream } from '../../iter/operator.ts';
import type { AnswerEvent } from '../answer-events.ts';
import type { EventStream } from './event-stream.ts';
import { HttpError } from './http-error.ts';
import type { ChatRequest } from './read-requests.ts';
import { errorKind } from '../error-kind.ts';
import { errorMessage } from './wire-events.ts';

/** A citation as a message's annotation: OpenAI's have a type and an object of that name. */
const annotationOf = ({ number, documentId, start, end, text, exact }: Citation) => ({
  type: 'document_citation',
  document_citation: { number, document_id: documentId, start, end, text, exact },
});

const newIds = ({ model }: ChatRequest) => ({
  id: `chatcmpl-${crypto.randomUUID()}`,
  created: Math.floor(Date.now() / 1000),
  model,
});

const usageOf = ({ promptTokens, completionTokens }: AnswerEvent & { type: 'usage' }) => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
});

const finishReasons = {
  stop: 'stop',
  length: 'length',
  'content-filter': 'content_filter',
  other: 'stop',
} as const;

/** The answer as one `chat.completion`, its citations in the message's annotations. */
export async function completeChat(request: ChatRequest, events: Stream<AnswerEvent>) {
  const annotations: object[] = [];
  let usage: object = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
  for await (const event of events) {
    if (event.type === 'citation') annotations.push(annotationOf(event));
    else if (event.type === 'usage') usage = usageOf(event);
    else if (event.type === 'error') {
      throw new HttpError(502, errorMessage(event.error), { code: errorKind(event.error) });
    } else if (event.type === 'done') {
      const message = { role: 'assistant', content: event.text, refusal: null, annotations };
      const choice = { index: 0, message, logprobs: null, finish_reason: finishReasons[event.finishReason] };
      return { ...newIds(request), object: 'chat.completion', choices: [choice], usage };
    }
  }
  throw new HttpError(502, 'The answer did not end.');
}

/** Writes the answer as `chat.completion.chunk`s; the annotations come in the last with text's place. */
export async function streamChat(
  request: ChatRequest,
  events: Stream<AnswerEvent>,
  stream: EventStream,
): Promise<void> {
  const common = { ...newIds(request), object: 'chat.completion.chunk' };
  const annotations: object[] = [];
  let usage: object | undefined;
  const write = (delta: object, finishReason: string | null = null) =>
    stream.write(
      JSON.stringify({
        ...common,
        choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
      }),
    );
  await write({ role: 'assistant', content: '' });
  for await (const event of events) {
    if (event.type === 'token') await write({ content: event.text });
    else if (event.type === 'citation') annotations.push(annotationOf(event));
    else if (event.type === 'usage') usage = usageOf(event);
    else if (event.type === 'error') {
      const { body } = new HttpError(502, errorMessage(event.error), { code: errorKind(event.error) });
      await stream.write(JSON.stringify(body));
      return;
    } else if (event.type === 'done') {
      await write(annotations.length === 0 ? {} : { annotations }, finishReasons[event.finishReason]);
    }
  }
  if (request.includeUsage && usage !== undefined) {
    await stream.write(JSON.stringify({ ...common, choices: [], usage }));
  }
  await stream.write('[DONE]');
}
