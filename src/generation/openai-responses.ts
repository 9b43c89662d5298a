import { APIError, type OpenAI } from 'openai';
import type { ChatMessage, FinishReason, GenerateOptions, ModelEvent } from './language-model.ts';

/**
 * One streamed request to `/responses`, as events; the client's errors pass through. Its events are numbered, so one that
 * comes twice is dropped. As with `chatEvents`, `onStopped` is called once the answer is whole.
 */
export async function* responsesEvents(
  client: OpenAI,
  model: string,
  messages: readonly ChatMessage[],
  { maxTokens, temperature, signal }: GenerateOptions,
  onStopped: () => void,
): AsyncGenerator<ModelEvent, void, undefined> {
  const events = await client.responses.create(
    {
      model,
      input: [...messages],
      stream: true,
      store: false,
      ...(maxTokens !== undefined && { max_output_tokens: maxTokens }),
      ...(temperature !== undefined && { temperature }),
    },
    { signal },
  );
  let lastNumber = -1;
  for await (const event of events) {
    const { sequence_number: number } = event as { sequence_number?: number };
    if (number !== undefined) {
      if (number <= lastNumber) continue;
      lastNumber = number;
    }
    if (event.type === 'response.output_text.delta') {
      if (event.delta !== '') yield { type: 'text', text: event.delta };
    } else if (event.type === 'response.completed' || event.type === 'response.incomplete') {
      onStopped();
      const { usage, incomplete_details: incomplete } = event.response;
      if (usage) {
        yield { type: 'usage', promptTokens: usage.input_tokens, completionTokens: usage.output_tokens };
      }
      const reason =
        incomplete?.reason === undefined ? 'stop' : (finishReasons[incomplete.reason] ?? 'other');
      yield { type: 'finish', reason };
      return;
    } else if (event.type === 'response.failed') {
      throw new APIError(undefined, event.response.error ?? {}, undefined, undefined);
    } else if (event.type === 'error') {
      throw new APIError(undefined, event, undefined, undefined);
    }
  }
}

const finishReasons: Readonly<Record<string, FinishReason>> = {
  max_output_tokens: 'length',
  content_filter: 'content-filter',
};
