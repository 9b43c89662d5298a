import type { Engine } from './engine.ts';
import type { Fault } from './faults.ts';
import { type PaceOptions, pace } from './pace.ts';
import { countPieces } from './pieces.ts';
import type { RequestRecord } from './request-log.ts';
import type { WireMessage } from './wire.ts';

export interface AnswerContext {
  readonly engine: Engine;
  readonly pace: PaceOptions;
  readonly record: RequestRecord;
  readonly faults: readonly Fault[];
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
}

/** What is asked, in whichever interface. */
export interface AnswerRequest {
  readonly messages: readonly WireMessage[];
  readonly maxTokens: number | undefined;
  readonly stop: readonly string[];
}

/** An answer under way: its pieces, and how it ended once they are read. */
export class Answer {
  finishReason: 'stop' | 'length' = 'stop';
  completionTokens = 0;
  readonly promptTokens: number;
  readonly #request: AnswerRequest;
  readonly #context: AnswerContext;

  constructor(request: AnswerRequest, context: AnswerContext) {
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
}
