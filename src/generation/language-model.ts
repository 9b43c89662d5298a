import { LanguageModelError } from './language-model-error.ts';

/** One turn of a conversation, as every chat interface has it. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** Why a model stopped: it was done, it reached its longest answer, or the provider's filter stepped in. */
export type FinishReason = 'stop' | 'length' | 'content-filter' | 'other';

/** What a model's stream yields: text as it comes, then usage where the provider tells it, then how it ended. */
export type ModelEvent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'usage'; readonly promptTokens: number; readonly completionTokens: number }
  | { readonly type: 'finish'; readonly reason: FinishReason };

export interface GenerateOptions {
  readonly signal?: AbortSignal | undefined;
  /** Longest answer in tokens, from 1. @default the provider's choice */
  readonly maxTokens?: number;
  /** From 0 (the likeliest word each time) to 2. @default 0 */
  readonly temperature?: number;
}

/** A model that answers in a stream. */
export interface LanguageModel {
  readonly model: string;
  /**
   * Text events in order, then at most one usage event, then exactly one finish event. One request, made at the first
   * pull. Leaving the loop, or aborting `signal`, closes the connection, so that the model stops working.
   *
   * @throws LanguageModelError when the model cannot be reached, refuses, or breaks off.
   * @throws `signal.reason` when aborted.
   */
  stream(
    messages: readonly ChatMessage[],
    options?: GenerateOptions,
  ): AsyncGenerator<ModelEvent, void, undefined>;
}

/** A whole answer. */
export interface Completion {
  readonly text: string;
  readonly finishReason: FinishReason;
  readonly usage: { readonly promptTokens: number; readonly completionTokens: number } | undefined;
}

/**
 * Reads a model's stream to its end: the same request, never a second one.
 *
 * @throws what the stream throws; a LanguageModelError then carries the text that had come, as `partialText`.
 */
export async function collect(stream: AsyncIterable<ModelEvent>): Promise<Completion> {
  const parts: string[] = [];
  let usage: Completion['usage'];
  let finishReason: FinishReason = 'other';
  try {
    for await (const event of stream) {
      if (event.type === 'text') parts.push(event.text);
      else if (event.type === 'finish') finishReason = event.reason;
      else usage = { promptTokens: event.promptTokens, completionTokens: event.completionTokens };
    }
  } catch (error) {
    if (error instanceof LanguageModelError) error.partialText = parts.join('');
    throw error;
  }
  return { text: parts.join(''), finishReason, usage };
}
