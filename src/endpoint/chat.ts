import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Engine } from './engine.ts';
import { type PaceOptions, pace } from './pace.ts';
import { countPieces } from './pieces.ts';
import type { RequestRecord } from './request-log.ts';
import { type ChatRequest, newId, unixSeconds } from './wire.ts';

export interface ChatContext {
  readonly engine: Engine;
  readonly pace: PaceOptions;
  readonly record: RequestRecord;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
}

/** An answer under way: its pieces, and how it ended once they are read. */
class Answer {
  finishReason: 'stop' | 'length' = 'stop';
  completionTokens = 0;
  readonly promptTokens: number;
  readonly #request: ChatRequest;
  readonly #context: ChatContext;

  constructor(request: ChatRequest, context: ChatContext) {
    this.#request = request;
    this.#context = context;
    this.promptTokens = request.messages.reduce((sum, { content }) => sum + countPieces(content), 0);
  }

  async *pieces(): AsyncGenerator<string, void, undefined> {
    const { engine, record, signal } = this.#context;
    const { maxTokens = Infinity, stop, messages } = this.#request;
    let written = '';
    const answer = engine.answer(messages, { signal });
    for await (const piece of pace(answer, this.#context.pace, signal)) {
      signal.throwIfAborted();
      if (this.completionTokens >= maxTokens) {
        this.finishReason = 'length';
        return;
      }
      written += piece;
      const end = stop.map((mark) => written.indexOf(mark)).filter((at) => at >= 0);
      if (end.length > 0) {
        const rest = piece.slice(0, Math.max(0, Math.min(...end) - (written.length - piece.length)));
        if (rest !== '') yield rest;
        return;
      }
      this.completionTokens++;
      record.token();
      yield piece;
    }
  }

  get usage() {
    return {
      prompt_tokens: this.promptTokens,
      completion_tokens: this.completionTokens,
      total_tokens: this.promptTokens + this.completionTokens,
    };
  }
}

/** The whole answer as one `chat.completion`. */
export async function completeChat(request: ChatRequest, context: ChatContext) {
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
    usage: answer.usage,
  };
}

/** Writes the answer as server-sent events, one a piece, at the pace of the client. */
export async function streamChat(
  request: ChatRequest,
  context: ChatContext,
  response: ServerResponse,
): Promise<void> {
  const { signal } = context;
  const answer = new Answer(request, context);
  const common = {
    id: newId('chatcmpl'),
    object: 'chat.completion.chunk',
    created: unixSeconds(),
    model: request.model,
  };
  const write = async (data: string) => {
    signal.throwIfAborted();
    if (!response.write(`data: ${data}\n\n`)) await once(response, 'drain', { signal });
  };
  const writeChoice = (delta: object, finishReason: string | null = null) =>
    write(
      JSON.stringify({
        ...common,
        choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
        ...(request.includeUsage && { usage: null }),
      }),
    );

  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
  });
  await writeChoice({ role: 'assistant', content: '', refusal: null });
  for await (const content of answer.pieces()) await writeChoice({ content });
  await writeChoice({}, answer.finishReason);
  if (request.includeUsage) await write(JSON.stringify({ ...common, choices: [], usage: answer.usage }));
  await write('[DONE]');
  response.end();
}
