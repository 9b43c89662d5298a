import type { Citation } from '../generation/citations.ts';
import { checkFunction, checkInteger, checkSource } from '../iter/checks.ts';
import { closeQuietly } from '../iter/close-quietly.ts';
import { mapOrdered } from '../iter/map-ordered.ts';
import { operator, type Scope, type Source, type Stream } from '../iter/operator.ts';
import { Semaphore } from '../iter/semaphore.ts';
import type { AnswerEvent } from './answer-events.ts';
import type { AnswerOptions, StreamRAGService } from './stream-rag-service.ts';

/** Too many wait already; nothing of this one was begun. */
export class OverloadedError extends Error {
  override readonly name = 'OverloadedError';
  /** When it is worth asking again, judged by how long answers take. */
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super(`Too many questions are waiting. Ask again in ${Math.ceil(retryAfterMs / 1000)} s.`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** What became of one question. */
export type Outcome =
  | {
      readonly kind: 'answer';
      /** Position among the questions, from 0. */
      readonly index: number;
      readonly question: string;
      readonly text: string;
      readonly citations: readonly Citation[];
      readonly durationMs: number;
    }
  | {
      readonly kind: 'error';
      readonly index: number;
      readonly question: string;
      readonly error: Error;
      /** Of the answer, what had come. */
      readonly partialText: string;
    };

export interface OrchestratorOptions {
  /** Answers at once, over all calls. @default 4 */
  readonly concurrency?: number;
  /** Calls of `answer` that may wait for their turn; one more is refused. @default 32 */
  readonly maxWaiting?: number;
}

export interface AnswerAllOptions extends Omit<AnswerOptions, 'signal'> {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: { readonly done: number; readonly failed: number }) => void;
}

/** The share of the newest answer in the average of how long they take. */
const newestShare = 0.2;

/** Many questions over one service: at most so many at once, a bounded queue, and an outcome for every one. */
export class RagOrchestrator {
  readonly #service: StreamRAGService;
  readonly #concurrency: number;
  readonly #maxWaiting: number;
  readonly #permits: Semaphore;
  #averageMs = 1_000;
  #shed = 0;

  /** @throws RangeError for an option out of its range. */
  constructor(service: StreamRAGService, { concurrency = 4, maxWaiting = 32 }: OrchestratorOptions = {}) {
    checkInteger('concurrency', concurrency, 1);
    checkInteger('maxWaiting', maxWaiting, 0);
    this.#service = service;
    this.#concurrency = concurrency;
    this.#maxWaiting = maxWaiting;
    this.#permits = new Semaphore(concurrency);
  }

  /** How busy it is now, and how many calls it has refused. */
  get load(): { readonly running: number; readonly waiting: number; readonly shed: number } {
    return {
      running: this.#concurrency - this.#permits.available,
      waiting: this.#permits.waiting,
      shed: this.#shed,
    };
  }

  /**
   * One answer, in its turn; see `StreamRAGService.streamAnswer`.
   *
   * @throws OverloadedError when called, if too many wait already.
   */
  answer(question: string, sessionId: string | undefined, options: AnswerOptions = {}): Stream<AnswerEvent> {
    const events = this.#service.streamAnswer(question, sessionId, { ...options, signal: undefined });
    if (this.#permits.available === 0 && this.#permits.waiting >= this.#maxWaiting) {
      closeQuietly(events);
      this.#shed++;
      throw new OverloadedError((this.#averageMs * (this.#permits.waiting + 1)) / this.#concurrency);
    }
    return operator([events], options.signal, (scope) => this.#inTurn(events, scope));
  }

  /**
   * Answers all questions and gives what became of each, in their order. A question that fails is a value like the
   * others. Reads no more questions ahead than run at once; does not count as waiting, since it only asks when it has room.
   *
   * @throws TypeError for what is no source.
   * @throws `signal.reason` when aborted.
   */
  answerAll(
    questions: Source<string>,
    { signal, onProgress = () => {}, ...options }: AnswerAllOptions = {},
  ): Stream<Outcome> {
    checkSource(questions, 'questions');
    checkFunction('onProgress', onProgress);
    const counts = { done: 0, failed: 0 };
    return mapOrdered(
      questions,
      async (question, context) => {
        const outcome = await this.#outcome(question, context.index, { ...options, signal: context.signal });
        counts.done++;
        if (outcome.kind === 'error') counts.failed++;
        onProgress({ ...counts });
        return outcome;
      },
      { concurrency: this.#concurrency, signal },
    );
  }

  async *#inTurn(events: Stream<AnswerEvent>, scope: Scope): Stream<AnswerEvent> {
    try {
      using _permit = await this.#permits.acquire({ signal: scope.signal });
      const startMs = performance.now();
      const reader = scope.open(events);
      for (;;) {
        const step = await scope.read(reader);
        if (step.done) break;
        yield step.value;
      }
      this.#averageMs += newestShare * (performance.now() - startMs - this.#averageMs);
    } catch (error) {
      scope.throwIfAborted();
      if (!scope.ended) throw error;
    } finally {
      scope.end();
    }
  }

  async #outcome(question: string, index: number, options: AnswerOptions): Promise<Outcome> {
    const startMs = performance.now();
    const citations: Citation[] = [];
    const parts: string[] = [];
    const failed = (error: unknown): Outcome => ({
      kind: 'error',
      index,
      question,
      error: error instanceof Error ? error : new Error(String(error)),
      partialText: parts.join(''),
    });
    try {
      // Each is a conversation of its own.
      const events = this.#service.streamAnswer(question, crypto.randomUUID(), {
        ...options,
        signal: undefined,
      });
      const inTurn = operator([events], options.signal, (scope) => this.#inTurn(events, scope));
      for await (const event of inTurn) {
        if (event.type === 'token') parts.push(event.text);
        else if (event.type === 'citation') citations.push(event);
        else if (event.type === 'error') return failed(event.error);
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      return failed(error);
    }
    const durationMs = performance.now() - startMs;
    return { kind: 'answer', index, question, text: parts.join(''), citations, durationMs };
  }
}
