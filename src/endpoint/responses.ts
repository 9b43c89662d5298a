import type { ServerResponse } from 'node:http';
import { Answer, type AnswerContext } from './answer.ts';
import { EventWriter } from './event-writer.ts';
import { newId, type ResponsesRequest, unixSeconds } from './wire.ts';

type Status = 'in_progress' | 'completed' | 'incomplete';

/** One request to `/v1/responses`: the parts of its object as they come to be. */
class ResponseObject {
  readonly answer: Answer;
  readonly itemId = newId('msg');
  readonly #id = newId('resp');
  readonly #created = unixSeconds();
  readonly #request: ResponsesRequest;

  constructor(request: ResponsesRequest, context: AnswerContext) {
    this.#request = request;
    this.answer = new Answer(request, context);
  }

  part(text: string) {
    return { type: 'output_text', text, annotations: [], logprobs: [] };
  }

  item(status: Status, text?: string) {
    const content = text === undefined ? [] : [this.part(text)];
    return { id: this.itemId, type: 'message', status, role: 'assistant', content };
  }

  get endStatus(): Status {
    return this.answer.finishReason === 'length' ? 'incomplete' : 'completed';
  }

  whole(status: Status, text?: string) {
    const { promptTokens, completionTokens } = this.answer;
    const isOver = status !== 'in_progress';
    return {
      id: this.#id,
      object: 'response',
      created_at: this.#created,
      status,
      background: false,
      error: null,
      incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
      instructions: this.#request.instructions,
      max_output_tokens: this.#request.maxTokens ?? null,
      metadata: {},
      model: this.#request.model,
      output: text === undefined ? [] : [this.item(status, text)],
      parallel_tool_calls: true,
      previous_response_id: null,
      store: false,
      temperature: 0,
      text: { format: { type: 'text' } },
      tool_choice: 'auto',
      tools: [],
      top_p: 1,
      truncation: 'disabled',
      usage: isOver
        ? {
            input_tokens: promptTokens,
            input_tokens_details: { cached_tokens: 0 },
            output_tokens: completionTokens,
            output_tokens_details: { reasoning_tokens: 0 },
            total_tokens: promptTokens + completionTokens,
          }
        : null,
    };
  }
}

/** The whole answer as one `response`. */
export async function completeResponse(request: ResponsesRequest, context: AnswerContext) {
  const response = new ResponseObject(request, context);
  let text = '';
  for await (const piece of response.answer.pieces()) text += piece;
  return response.whole(response.endStatus, text);
}

/** Writes the answer as the named, numbered events of the Responses interface. */
export async function streamResponse(
  request: ResponsesRequest,
  context: AnswerContext,
  outgoing: ServerResponse,
): Promise<void> {
  const response = new ResponseObject(request, context);
  const writer = new EventWriter(outgoing, context.signal, context.faults);
  let sequence = 0;
  const write = (type: string, facts: object) =>
    writer.event({ type, sequence_number: sequence++, ...facts }, type);
  const place = { item_id: response.itemId, output_index: 0, content_index: 0 };
  await write('response.created', { response: response.whole('in_progress') });
  await write('response.in_progress', { response: response.whole('in_progress') });
  await write('response.output_item.added', { output_index: 0, item: response.item('in_progress') });
  await write('response.content_part.added', { ...place, part: response.part('') });
  let text = '';
  do {
    for await (const delta of response.answer.pieces()) {
      text += delta;
      await write('response.output_text.delta', { ...place, delta, logprobs: [] });
    }
  } while (writer.isEndless);
  const status = response.endStatus;
  await write('response.output_text.done', { ...place, text, logprobs: [] });
  await write('response.content_part.done', { ...place, part: response.part(text) });
  await write('response.output_item.done', { output_index: 0, item: response.item(status, text) });
  await write(`response.${status}`, { response: response.whole(status, text) });
  await writer.end();
}
