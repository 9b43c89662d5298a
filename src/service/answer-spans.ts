import { context, type Span, SpanKind, SpanStatusCode, trace, type Context } from '@opentelemetry/api';
import type { StageName } from './answer-events.ts';

/**
 * An answer's trace: a span for the whole, one below it for each stage, none for a token. Off unless the process has set up
 * OpenTelemetry. No text of a question, a document or an answer is in it; the model's span follows the GenAI conventions.
 */
export class AnswerSpans {
  readonly #tracer = trace.getTracer('streaming-rag');
  readonly #model: string;
  readonly #whole: Span;
  readonly #below: Context;
  #stage: Span | undefined;

  constructor(model: string) {
    this.#model = model;
    this.#whole = this.#tracer.startSpan('rag.answer');
    this.#below = trace.setSpan(context.active(), this.#whole);
  }

  start(stage: StageName): void {
    const options =
      stage === 'generate'
        ? {
            kind: SpanKind.CLIENT,
            attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': this.#model },
          }
        : {};
    const name = stage === 'generate' ? `chat ${this.#model}` : `rag.${stage}`;
    this.#stage = this.#tracer.startSpan(name, options, this.#below);
  }

  usage(promptTokens: number, completionTokens: number): void {
    this.#stage?.setAttributes({
      'gen_ai.usage.input_tokens': promptTokens,
      'gen_ai.usage.output_tokens': completionTokens,
    });
  }

  finish(): void {
    this.#stage?.end();
    this.#stage = undefined;
  }

  /** @param kind the failure's class; its words may hold what was asked. */
  fail(kind: string): void {
    for (const span of [this.#stage, this.#whole]) {
      span?.setAttribute('error.type', kind);
      span?.setStatus({ code: SpanStatusCode.ERROR });
    }
  }

  /** Ends whatever is open; only the first call counts. */
  end(): void {
    this.finish();
    this.#whole.end();
  }
}
