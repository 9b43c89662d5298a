import OpenAI from 'openai';
import { checkInteger, checkNumber } from '../iter/checks.ts';
import { realClock, type Clock } from '../iter/clock.ts';
import { closeQuietly } from '../iter/close-quietly.ts';
import { operator, type Scope, type Stream } from '../iter/operator.ts';
import { sleep } from '../iter/sleep.ts';
import type { ChatMessage, GenerateOptions, LanguageModel, ModelEvent } from './language-model.ts';
import { LanguageModelError } from './language-model-error.ts';
import { chatEvents } from './openai-chat.ts';
import { toLanguageModelError } from './openai-errors.ts';
import { responsesEvents } from './openai-responses.ts';
import { SilenceTimer } from './silence-timer.ts';

/** What may follow the end of an answer (usage, the end mark) is worth this wait and no more. */
const graceMs = 2_000;

const readerGone: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** What is tried again, and how long it may take. */
export interface RetryOptions {
  /** Requests after the first, from 0. @default 2 */
  readonly maxRetries?: number;
  /** Waits are drawn from 0 to `baseDelayMs * 2 ** attempt`. @default 500 */
  readonly baseDelayMs?: number;
  /** Longest drawn wait. @default 8000 */
  readonly maxDelayMs?: number;
  /** All waits of one call together, a server's `Retry-After` included; a longer one is an error at once. @default 30000 */
  readonly budgetMs?: number;
}

export interface OpenAIModelOptions {
  /** An OpenAI-compatible server's address, up to and with `/v1`. */
  readonly baseUrl: string;
  /** @default 'none', which local servers take */
  readonly apiKey?: string;
  readonly model: string;
  /** Which of OpenAI's two interfaces; most other servers have Chat Completions only. @default 'chat' */
  readonly api?: 'chat' | 'responses';
  readonly retry?: RetryOptions;
  /** Longest wait for the first event of an answer, in milliseconds. @default 60000 */
  readonly firstEventTimeoutMs?: number;
  /** Longest silence between two events, in milliseconds; the reader's own time does not count. @default 30000 */
  readonly idleTimeoutMs?: number;
  /** Told of each wait before a further try. */
  readonly onRetry?: (retry: { attempt: number; waitMs: number; error: LanguageModelError }) => void;
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** From 0 to below 1. @default Math.random */
  readonly random?: () => number;
}

/**
 * A model behind any OpenAI-compatible server, through the `openai` client. A failure before the first text is tried
 * again within a budget; once text has been given out, nothing is asked twice.
 */
export class OpenAIModel implements LanguageModel {
  readonly model: string;
  /** Where the model is. */
  readonly url: string;
  readonly #client: OpenAI;
  readonly #events: typeof chatEvents;
  readonly #retry: Required<RetryOptions>;
  readonly #firstEventTimeoutMs: number;
  readonly #idleTimeoutMs: number;
  readonly #onRetry: NonNullable<OpenAIModelOptions['onRetry']>;
  readonly #clock: Clock;
  readonly #random: () => number;

  /**
   * @throws TypeError if `baseUrl` is no URL, or holds a password.
   * @throws RangeError for another option out of its range.
   */
  constructor({
    baseUrl,
    apiKey = 'none',
    model,
    api = 'chat',
    retry: { maxRetries = 2, baseDelayMs = 500, maxDelayMs = 8_000, budgetMs = 30_000 } = {},
    firstEventTimeoutMs = 60_000,
    idleTimeoutMs = 30_000,
    onRetry = () => {},
    headers = {},
    clock = realClock,
    random = Math.random,
  }: OpenAIModelOptions) {
    if (!URL.canParse(baseUrl)) {
      throw new TypeError(`\`baseUrl\` must be a URL such as http://127.0.0.1:8080/v1, got '${baseUrl}'`);
    }
    if (typeof model !== 'string' || model === '') {
      throw new RangeError(`\`model\` must be the name of a model, got '${model}'`);
    }
    if (api !== 'chat' && api !== 'responses') {
      throw new RangeError(`\`api\` must be 'chat' or 'responses', got '${String(api)}'`);
    }
    checkInteger('maxRetries', maxRetries, 0);
    checkNumber('baseDelayMs', baseDelayMs, 0);
    checkNumber('maxDelayMs', maxDelayMs, 0);
    checkNumber('budgetMs', budgetMs, 0);
    checkNumber('firstEventTimeoutMs', firstEventTimeoutMs, 1);
    checkNumber('idleTimeoutMs', idleTimeoutMs, 1);
    const url = new URL(baseUrl);
    // fetch takes none, and an address is shown in messages.
    if (url.username !== '' || url.password !== '') {
      throw new TypeError('`baseUrl` must not hold a user name or password: pass `apiKey`');
    }
    url.search = '';
    this.url = url.href.replace(/\/$/, '');
    this.model = model;
    this.#client = new OpenAI({
      baseURL: baseUrl,
      apiKey,
      defaultHeaders: headers,
      // Both are done here: the client's waits cannot all be interrupted, and its time-out is for whole answers.
      maxRetries: 0,
      timeout: 2 ** 31 - 1,
      logLevel: 'off',
    });
    this.#events = api === 'chat' ? chatEvents : responsesEvents;
    this.#retry = { maxRetries, baseDelayMs, maxDelayMs, budgetMs };
    this.#firstEventTimeoutMs = firstEventTimeoutMs;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#onRetry = onRetry;
    this.#clock = clock;
    this.#random = random;
  }

  stream(messages: readonly ChatMessage[], options: GenerateOptions = {}): Stream<ModelEvent> {
    if (!Array.isArray(messages) || messages.length === 0) {
      throw new RangeError('`messages` must hold at least one message, got none');
    }
    if (options.maxTokens !== undefined) checkInteger('maxTokens', options.maxTokens, 1);
    if (options.temperature !== undefined) checkNumber('temperature', options.temperature, 0);
    return operator([], options.signal, (scope) => this.#stream(messages, options, scope));
  }

  /**
   * Names of the models that the server offers, in its order.
   *
   * @throws LanguageModelError if it does not answer; nothing is tried again.
   */
  async models({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<string[]> {
    try {
      return (await Array.fromAsync(this.#client.models.list({ signal, timeout: this.#idleTimeoutMs }))).map(
        ({ id }) => id,
      );
    } catch (error) {
      signal?.throwIfAborted();
      throw toLanguageModelError(
        error,
        { url: this.url, model: this.model, midAnswer: false },
        this.#clock.now(),
      );
    }
  }

  async *#stream(
    messages: readonly ChatMessage[],
    options: GenerateOptions,
    scope: Scope,
  ): Stream<ModelEvent> {
    let budgetLeftMs = this.#retry.budgetMs;
    try {
      for (let attempt = 0; ; attempt++) {
        const error = yield* this.#attempt(messages, options, scope);
        if (error === undefined) return;
        if (!(error instanceof LanguageModelError) || !error.isRetryable) throw error;
        if (attempt >= this.#retry.maxRetries) throw error;
        const drawnMs =
          this.#random() * Math.min(this.#retry.maxDelayMs, this.#retry.baseDelayMs * 2 ** attempt);
        // A wait the server asks for is kept to the letter, or the call ends: never sooner than asked.
        const waitMs = error.retryAfterMs ?? drawnMs;
        if (waitMs > budgetLeftMs) throw error;
        budgetLeftMs -= waitMs;
        this.#onRetry({ attempt: attempt + 1, waitMs, error });
        await sleep(waitMs, { signal: scope.signal, clock: this.#clock });
      }
    } catch (error) {
      scope.throwIfAborted();
      if (!scope.ended) throw error;
    } finally {
      scope.end();
    }
  }

  /** One request. @returns what failed, or nothing. */
  async *#attempt(
    messages: readonly ChatMessage[],
    options: GenerateOptions,
    scope: Scope,
  ): AsyncGenerator<ModelEvent, unknown, undefined> {
    const upstream = new AbortController();
    const stop = () => upstream.abort();
    scope.onEnd(stop);
    const silence = new SilenceTimer(this.#clock, stop);
    const events = this.#events(
      this.#client,
      this.model,
      messages,
      { ...options, signal: upstream.signal },
      () => silence.listen(graceMs),
    );
    let hasText = false;
    let finished = false;
    try {
      silence.listen(this.#firstEventTimeoutMs);
      for (;;) {
        const step = await scope.wait(events.next(), readerGone);
        // The client ends an aborted stream as if it were whole.
        scope.throwIfAborted();
        if (step.done || scope.ended) break;
        silence.pause();
        if (step.value.type === 'text') hasText = true;
        if (step.value.type === 'finish') finished = true;
        yield step.value;
        silence.listen(this.#idleTimeoutMs);
      }
      return finished || scope.ended ? undefined : this.#error(silence, hasText, undefined);
    } catch (error) {
      scope.throwIfAborted();
      return this.#error(silence, hasText, error);
    } finally {
      silence.stop();
      stop();
      closeQuietly(events);
    }
  }

  #error(silence: SilenceTimer, midAnswer: boolean, cause: unknown): unknown {
    const where = { url: this.url, model: this.model, midAnswer };
    if (silence.fired) return new LanguageModelError({ ...where, kind: 'stalled', cause });
    if (cause === undefined) return new LanguageModelError({ ...where, kind: 'cut' });
    return toLanguageModelError(cause, where, this.#clock.now());
  }
}
