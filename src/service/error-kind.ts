import { LanguageModelError } from '../generation/language-model-error.ts';
import { StageTimeoutError } from './stage-timeout.ts';

/** The class of a failure: a name from a short list, fit for the label of a metric or a span. */
export function errorKind(error: Error): string {
  if (error instanceof LanguageModelError) return error.kind;
  return error instanceof StageTimeoutError ? 'timeout' : 'internal';
}
