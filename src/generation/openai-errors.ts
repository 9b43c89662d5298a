import { APIConnectionError, APIConnectionTimeoutError, APIError, OpenAIError } from 'openai';
import { parseRetryAfter } from '../iter/retry-after.ts';
import { LanguageModelError, type LanguageModelErrorKind } from './language-model-error.ts';

/** Sorts what the `openai` client or the connection threw; an unknown error is a bug and comes back as it is. */
export function toLanguageModelError(
  cause: unknown,
  where: { readonly url: string; readonly model: string; readonly midAnswer: boolean },
  nowMs: number,
): unknown {
  if (cause instanceof APIConnectionTimeoutError) {
    return new LanguageModelError({ ...where, kind: 'stalled', cause });
  }
  if (cause instanceof APIConnectionError) {
    return new LanguageModelError({ ...where, kind: 'unreachable', cause });
  }
  if (cause instanceof APIError) {
    const status = cause.status as number | undefined;
    return new LanguageModelError({
      ...where,
      kind: kindOf(status),
      status,
      retryAfterMs: askedWaitMs(cause.headers as Headers | undefined, nowMs),
      cause,
    });
  }
  if (cause instanceof SyntaxError || cause instanceof OpenAIError) {
    return new LanguageModelError({ ...where, kind: 'malformed', cause });
  }
  if (isConnectionLoss(cause)) return new LanguageModelError({ ...where, kind: 'cut', cause });
  return cause;
}

/** `retry-after-ms` is what some model servers send besides. */
function askedWaitMs(headers: Headers | undefined, nowMs: number): number | undefined {
  const milliseconds = headers?.get('retry-after-ms') ?? '';
  if (/^\d{1,12}(\.\d+)?$/u.test(milliseconds)) return Number(milliseconds);
  return parseRetryAfter(headers?.get('retry-after'), nowMs);
}

function kindOf(status: number | undefined): LanguageModelErrorKind {
  // Without a status it is an error event in the middle of a stream.
  if (status === undefined || status >= 500) return 'unavailable';
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 429) return 'rate-limited';
  if (status === 404) return 'not-found';
  return status === 408 ? 'stalled' : 'rejected';
}

/** undici reports a body that broke off as `TypeError: terminated`, its cause a socket error. */
function isConnectionLoss(error: unknown): boolean {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    const { code } = inner as { code?: unknown };
    if (inner instanceof TypeError && inner.message === 'terminated') return true;
    if (typeof code === 'string' && /^(UND_ERR_|ECONN|EPIPE|ETIMEDOUT|HPE_)/.test(code)) return true;
  }
  return false;
}
