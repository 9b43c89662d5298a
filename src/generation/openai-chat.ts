import type OpenAI from 'openai';
import type { ChatMessage, FinishReason, GenerateOptions, ModelEvent } from './language-model.ts';

/**
 * One streamed request to `/chat/completions`, as events; the client's errors pass through. Once the model has said why
 * it stopped the answer is whole: `onStopped` is called, and a connection that then breaks is no error.
 */
export async function* chatEvents(
  client: OpenAI,
  model: string,
  messages: readonly ChatMessage[],
  { maxTokens, temperature, signal }: GenerateOptions,
  onStopped: () => void,
): AsyncGenerator<ModelEvent, void, undefined> {
  const chunks = await client.chat.completions.create(
    {
      model,
      messages: [...messages],
      stream: true,
      stream_options: { include_usage: true },
      ...(maxTokens !== undefined && { max_tokens: maxTokens }),
      ...(temperature !== undefined && { temperature }),
    },
    { signal },
  );
  let reason: string | undefined;
  let usage: ModelEvent | undefined;
  try {
    for await (const chunk of chunks) {
      const choice = chunk.choices?.[0];
      const text = choice?.delta?.content;
      if (text) yield { type: 'text', text };
      if (reason === undefined && choice?.finish_reason) {
        reason = choice.finish_reason;
        onStopped();
      }
      // Usage comes after that, in an event of its own.
      if (chunk.usage) {
        const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = chunk.usage;
        usage = { type: 'usage', promptTokens, completionTokens };
      }
    }
  } catch (error) {
    if (reason === undefined) throw error;
  }
  if (usage !== undefined) yield usage;
  if (reason !== undefined) yield { type: 'finish', reason: finishReasons[reason] ?? 'other' };
}

const finishReasons: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  content_filter: 'content-filter',
};
