/**
 * What went wrong between us and a model:
 * - `unreachable`: nobody listens there, or the connection failed before an answer
 * - `unauthorized`: the key is missing or wrong (401, 403)
 * - `rate-limited`: too many requests (429)
 * - `not-found`: no such model or path (404)
 * - `rejected`: the request is not acceptable (other 4xx)
 * - `unavailable`: the server failed (5xx, or an error event in mid-stream)
 * - `malformed`: it sent what is not an event
 * - `cut`: the connection ended in the middle of an answer
 * - `stalled`: nothing came for longer than allowed
 */
export type LanguageModelErrorKind =
  | 'unreachable'
  | 'unauthorized'
  | 'rate-limited'
  | 'not-found'
  | 'rejected'
  | 'unavailable'
  | 'malformed'
  | 'cut'
  | 'stalled';

const retryableKinds: ReadonlySet<LanguageModelErrorKind> = new Set([
  'unreachable',
  'rate-limited',
  'unavailable',
  'malformed',
  'cut',
  'stalled',
]);

export interface LanguageModelErrorFacts {
  readonly kind: LanguageModelErrorKind;
  /** Where the model is. */
  readonly url: string;
  readonly model: string;
  /** HTTP status, where one came. */
  readonly status?: number | undefined;
  /** How long the server asked to wait. */
  readonly retryAfterMs?: number | undefined;
  /** Whether text had been given to the reader before: then nothing may be asked a second time. */
  readonly midAnswer: boolean;
  readonly cause?: unknown;
}

/** A model's answer that failed. The message says what to do; the provider's own words are in `cause`. */
export class LanguageModelError extends Error {
  override readonly name = 'LanguageModelError';
  readonly kind: LanguageModelErrorKind;
  readonly url: string;
  readonly model: string;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly midAnswer: boolean;
  /** The same request may succeed later, and no text of its answer has been given out. */
  readonly isRetryable: boolean;
  /** Set by `collect`: the text that came before the failure. */
  partialText: string | undefined;

  constructor(facts: LanguageModelErrorFacts) {
    super(sentences[facts.kind](facts), { cause: facts.cause });
    this.kind = facts.kind;
    this.url = facts.url;
    this.model = facts.model;
    this.status = facts.status;
    this.retryAfterMs = facts.retryAfterMs;
    this.midAnswer = facts.midAnswer;
    this.isRetryable = !facts.midAnswer && retryableKinds.has(facts.kind);
  }
}

/** Each says what happened and what to do. */
const sentences: Readonly<Record<LanguageModelErrorKind, (facts: LanguageModelErrorFacts) => string>> = {
  unreachable: ({ url, cause }) =>
    `No language model answers at ${url}${reasonOf(cause)}. ` +
    'Start one there (`npm run llm` starts the local one), or name another by OPENAI_BASE_URL.',
  unauthorized: ({ url, status }) =>
    `${url} does not accept the key (${status}). Set OPENAI_API_KEY to a key that is valid there.`,
  'rate-limited': ({ url, status, retryAfterMs }) =>
    `${url} takes no more requests for now (${status}). Ask again ` +
    (retryAfterMs === undefined ? 'later.' : `in ${Math.ceil(retryAfterMs / 1000)} s.`),
  'not-found': ({ url, status, model }) =>
    `${url} has no model '${model}' (${status}). GET ${url}/models lists what it has; OPENAI_MODEL names one.`,
  rejected: ({ url, status }) => `${url} does not accept the request (${status}); the cause holds its words.`,
  unavailable: (facts) =>
    `The server at ${facts.url} failed ${place(facts)}${facts.status === undefined ? '' : ` (${facts.status})`}. Ask again.`,
  malformed: (facts) =>
    `${facts.url} sent what is no event of an answer, ${place(facts)}. Is it an OpenAI-compatible server?`,
  cut: (facts) => `The connection to ${facts.url} ended ${place(facts)}. Ask again.`,
  stalled: (facts) => `${facts.url} fell silent ${place(facts)}. Ask again, or allow more time.`,
};

const place = ({ midAnswer }: LanguageModelErrorFacts) =>
  midAnswer ? 'in the middle of its answer' : 'before its answer';

/** The system's code for a failed connection, from as deep as it lies. */
function reasonOf(cause: unknown): string {
  for (let error = cause; error instanceof Error; error = error.cause) {
    const { code } = error as { code?: unknown };
    if (typeof code === 'string') return ` (${code})`;
  }
  return '';
}
