import { TimeoutError } from './timeout.ts';

const retryableStatuses = new Set([408, 425, 429, 500, 502, 503, 504, 529]);

/** Faults of the network that a second try may not meet. */
const retryableCodes = new Set([
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_SOCKET',
]);

interface ErrorFacts {
  readonly name?: unknown;
  readonly isRetryable?: unknown;
  readonly status?: unknown;
  readonly statusCode?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly headers?: unknown;
  readonly response?: { readonly headers?: unknown } | undefined;
}

/**
 * Whether a failure may pass by itself: what the error says itself (`isRetryable`), an HTTP status such as 429 or
 * 503, a network fault (also as a cause, as `fetch` reports it), or a TimeoutError. Everything else counts as a bug or
 * a refusal, and trying again would only repeat it. An abort is never retried.
 */
export function isRetryableError(error: unknown): boolean {
  for (let cause = error, depth = 0; depth < 4; depth += 1) {
    if (typeof cause !== 'object' || cause === null) return false;
    const facts: ErrorFacts = cause;
    if (typeof facts.isRetryable === 'boolean') return facts.isRetryable;
    if (facts.name === 'AbortError') return false;
    if (cause instanceof TimeoutError) return true;
    const status = facts.status ?? facts.statusCode;
    if (typeof status === 'number') return retryableStatuses.has(status);
    if (typeof facts.code === 'string' && retryableCodes.has(facts.code)) return true;
    cause = facts.cause;
  }
  return false;
}

/** The `Retry-After` header that an error carries, itself or in its `response`. */
export function retryAfterHeader(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const facts: ErrorFacts = error;
  const headers = facts.headers ?? facts.response?.headers;
  if (headers instanceof Headers) return headers.get('retry-after') ?? undefined;
  if (typeof headers !== 'object' || headers === null) return undefined;
  for (const [name, value] of Object.entries(headers))
    if (name.toLowerCase() === 'retry-after' && typeof value === 'string') return value;
  return undefined;
}
