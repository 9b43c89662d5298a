import type { ServerResponse } from 'node:http';
import { Answer, type AnswerContext } from './answer.ts';
import { EventWriter } from './event-writer.ts';
import { type ChatRequest, newId, unixSeconds } from './wire.ts';

const usageOf = ({ promptTokens, completionTokens }: Answer) => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
});

/** The whole answer as one `chat.completion`. */
export async function completeChat(request: ChatRequest, context: AnswerContext) {
  const answer = new Answer(request, context);
  let content = '';
  for await (const piece of answer.pieces()) content += piece;
  return {
    id: newId('chatcmpl'),
    object: 'chat.completion',
    created: unixSeconds(),
    model: request.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: null },
        logprobs: null,
        finish_reason: answer.finishReason,
      },
    ],
    usage: usageOf(answer),
  };
}

/** Writes the answer as server-sent events, one a piece, at the pace of the client. */
export async function streamChat(
  request: ChatRequest,
  context: AnswerContext,
  response: ServerResponse,
): Promise<void> {
  const answer = new Answer(request, context);
  const writer = new EventWriter(response, context.signal, context.faults);
  const common = {
    id: newId('chatcmpl'),
    object: 'chat.completion.chunk',
    created: unixSeconds(),
    model: request.model,
  };
  const writeChoice = (delta: object, finishReason: string | null = null) =>
    writer.event({
      ...common,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
      ...(request.includeUsage && { usage: null }),
    });
  await writeChoice({ role: 'assistant', content: '', refusal: null });
  do {
    for await (const content of answer.pieces()) await writeChoice({ content });
  } while (writer.isEndless);
  await writeChoice({}, answer.finishReason);
  if (request.includeUsage) await writer.event({ ...common, choices: [], usage: usageOf(answer) });
  await writer.end('[DONE]');
}
