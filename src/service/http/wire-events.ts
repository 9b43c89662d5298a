import { LanguageModelError } from '../../generation/language-model-error.ts';
import type { AnswerEvent } from '../answer-events.ts';
import { errorKind } from '../error-kind.ts';
import { StageTimeoutError } from '../stage-timeout.ts';

/** What a client is told of a failure: ours say what to do; any other's words stay inside. */
export function errorMessage(error: Error): string {
  const isOurs = error instanceof LanguageModelError || error instanceof StageTimeoutError;
  return isOurs ? error.message : 'The answer failed. Ask again.';
}

/** An event as plain JSON. */
export function wireEvent(event: AnswerEvent): Readonly<Record<string, unknown>> & { readonly type: string } {
  if (event.type === 'error') {
    const { type, stage, error } = event;
    return { type, stage, kind: errorKind(error), message: errorMessage(error) };
  }
  if (event.type === 'degraded') return { type: event.type, source: event.source };
  if (event.type !== 'sources') return { ...event };
  return {
    type: event.type,
    sources: event.sources.map(({ number, score, chunk }) => ({
      number,
      score,
      documentId: chunk.documentId,
      chunkId: chunk.id,
      start: chunk.start,
      end: chunk.end,
      title: typeof chunk.metadata.title === 'string' ? chunk.metadata.title : chunk.documentId,
      text: chunk.text,
    })),
    leftOut: event.leftOut.map(({ chunk, reason }) => ({ chunkId: chunk.id, reason })),
  };
}
