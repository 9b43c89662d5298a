import type { Chunker } from '../chunking/chunker.ts';
import { recursiveChunker } from '../chunking/recursive-chunker.ts';
import type { Document } from '../documents/document.ts';
import type { LoadResult } from '../documents/load-result.ts';
import type { Embedder } from '../embedding/embedder.ts';
import { CitationReader } from '../generation/citations.ts';
import type { FinishReason, LanguageModel } from '../generation/language-model.ts';
import { buildPrompt, type PromptOptions } from '../generation/prompt.ts';
import { checkInteger, checkNumber, shown } from '../iter/checks.ts';
import { realClock, type Clock } from '../iter/clock.ts';
import { operator, readerOf, type Scope, type Source, type Stream } from '../iter/operator.ts';
import { checkFilter, type Filter } from '../retrieval/filter.ts';
import type { KeywordIndex } from '../retrieval/keyword-index.ts';
import { checkModel, checkTopK, type VectorStore } from '../retrieval/vector-store.ts';
import type { AnswerEvent, StageName } from './answer-events.ts';
import { AnswerSpans } from './answer-spans.ts';
import { errorKind } from './error-kind.ts';
import { findPassages } from './find-passages.ts';
import { ingest, type IngestEvent } from './ingest.ts';
import { type SessionOptions, Sessions, standAlone } from './sessions.ts';
import { StageTimeoutError, withinLimit } from './stage-timeout.ts';

/** How long each part of an answer may take, in milliseconds. The model watches its own silences. */
export interface TimeLimits {
  /** @default 10000 */
  readonly embedMs?: number;
  /** @default 10000 */
  readonly searchMs?: number;
  /** From the first pull to the last event, the reader's time included. @default 300000 */
  readonly answerMs?: number;
}

export interface ServiceOptions {
  /** Makes the vectors of documents and questions. */
  readonly embedder: Embedder;
  readonly store: VectorStore;
  /** The same chunks by their words; with it, passages are found by both. */
  readonly keywords?: KeywordIndex | undefined;
  /** Writes the answers. */
  readonly model: LanguageModel;
  /** @default recursiveChunker({ size: 800, overlap: 100 }) */
  readonly chunker?: Chunker;
  /** Chunks that are looked for, unless a call says otherwise. @default 6 */
  readonly topK?: number;
  /** Longest question, in UTF-16 units. @default 4000 */
  readonly maxQuestionLength?: number;
  readonly prompt?: PromptOptions;
  readonly limits?: TimeLimits;
  readonly sessions?: SessionOptions;
  readonly clock?: Clock;
}

export interface AnswerOptions {
  readonly topK?: number;
  /** Answer only from chunks that fulfil this. */
  readonly filter?: Filter;
  readonly signal?: AbortSignal | undefined;
}

const readerGone: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** Documents go in, questions come out answered: the whole pipeline behind two streams. The parts stay the caller's. */
export class StreamRAGService {
  readonly #parts: Required<Pick<ServiceOptions, 'embedder' | 'store' | 'model' | 'chunker'>> & {
    readonly keywords: KeywordIndex | undefined;
  };
  readonly #topK: number;
  readonly #maxQuestionLength: number;
  readonly #promptOptions: PromptOptions;
  readonly #limits: Required<TimeLimits>;
  readonly #sessions: Sessions;
  readonly #clock: Clock;

  private constructor(options: ServiceOptions) {
    const { embedder, store, model, chunker, topK = 6, maxQuestionLength = 4_000, limits = {} } = options;
    checkModel('The store', embedder, store);
    checkTopK(topK);
    checkInteger('maxQuestionLength', maxQuestionLength, 1);
    const { embedMs = 10_000, searchMs = 10_000, answerMs = 300_000 } = limits;
    for (const [name, value] of Object.entries({ embedMs, searchMs, answerMs })) checkNumber(name, value, 1);
    this.#parts = {
      embedder,
      store,
      model,
      keywords: options.keywords,
      chunker: chunker ?? recursiveChunker({ size: 800, overlap: 100 }),
    };
    this.#topK = topK;
    this.#maxQuestionLength = maxQuestionLength;
    this.#promptOptions = options.prompt ?? {};
    this.#limits = { embedMs, searchMs, answerMs };
    this.#sessions = new Sessions(options.sessions);
    this.#clock = options.clock ?? realClock;
  }

  /**
   * @throws ModelMismatchError if the store's vectors are of another model than the embedder's.
   * @throws RangeError for an option out of its range.
   */
  static async create(options: ServiceOptions): Promise<StreamRAGService> {
    return new StreamRAGService(options);
  }

  /** Cuts, embeds and stores documents; see `IngestEvent`. A document replaces the one with its id. */
  ingest(
    documents: Source<Document | LoadResult>,
    options: { signal?: AbortSignal | undefined } = {},
  ): Stream<IngestEvent> {
    return ingest(documents, this.#parts, options);
  }

  /**
   * Answers a question from what was ingested: embed, search, prompt, generate, each pulled by the next. Leaving the loop
   * or aborting `signal` stops whatever is under way, the model's server included. A failure is the last event.
   *
   * @param sessionId Who asks, from 1 to 200 units; undefined for a question by itself. A short question that leans on the one before it in this session is
   *   joined to it («and in Java?»); a `question` event then says so.
   * @throws RangeError if the question is blank or too long, or an option is out of its range, when called.
   * @throws `signal.reason` when aborted.
   */
  streamAnswer(
    question: string,
    sessionId: string | undefined,
    { topK = this.#topK, filter, signal }: AnswerOptions = {},
  ): Stream<AnswerEvent> {
    checkQuestion(question, this.#maxQuestionLength);
    if (sessionId !== undefined && (typeof sessionId !== 'string' || !/^.{1,200}$/su.test(sessionId))) {
      throw new RangeError(`\`sessionId\` must be 1 to 200 characters long, got ${shown(sessionId)}`);
    }
    checkTopK(topK);
    if (filter !== undefined) checkFilter(filter);
    return operator([], signal, (scope) => this.#answer(question, { sessionId, topK, filter }, scope));
  }

  async *#answer(
    question: string,
    {
      sessionId,
      topK,
      filter,
    }: Pick<AnswerOptions, 'filter'> & { sessionId: string | undefined; topK: number },
    scope: Scope,
  ): Stream<AnswerEvent> {
    const clock = { stage: 'embed' as StageName, startMs: performance.now() };
    const started = (stage: StageName): AnswerEvent => {
      clock.stage = stage;
      clock.startMs = performance.now();
      spans.start(stage);
      return { type: 'stage', stage, state: 'started' };
    };
    const finished = (): AnswerEvent => {
      spans.finish();
      const durationMs = performance.now() - clock.startMs;
      return { type: 'stage', stage: clock.stage, state: 'finished', durationMs };
    };
    const { embedder, model } = this.#parts;
    const spans = new AnswerSpans(model.model);
    scope.onEnd(() => spans.end());
    const { embedMs, searchMs, answerMs } = this.#limits;
    // Unlike the scope's own signal it can end the work and leave the reader an event that says why.
    const working = new AbortController();
    const { signal } = working;
    const stage = { signal, clock: this.#clock };
    const cancelTimer = this.#clock.setTimer(
      () => working.abort(new StageTimeoutError('answer', answerMs)),
      answerMs,
    );
    scope.onEnd(() => {
      cancelTimer();
      working.abort(new DOMException('Nobody reads on', 'AbortError'));
    });
    const beginMs = performance.now();
    try {
      const history = sessionId === undefined ? [] : this.#sessions.history(sessionId);
      const asked = standAlone(question, history, this.#maxQuestionLength);
      if (asked !== question) yield { type: 'question', text: asked };

      yield started('embed');
      const [vector] = await withinLimit('embed', embedMs, stage, (signal) =>
        Array.fromAsync(embedder.embed([asked], { kind: 'query', signal })),
      );
      yield finished();

      yield started('search');
      const { hits, failure } = await findPassages(
        asked,
        vector!,
        this.#parts,
        { topK, filter },
        searchMs,
        stage,
      );
      yield finished();
      if (failure !== undefined) yield { type: 'degraded', ...failure };

      yield started('prompt');
      const { messages, sources, leftOut } = buildPrompt(asked, hits, this.#promptOptions);
      yield finished();
      yield { type: 'sources', sources, leftOut };

      yield started('generate');
      const citations = new CitationReader(sources);
      const answer: string[] = [];
      let firstTokenMs: number | undefined;
      let finishReason: FinishReason = 'other';
      const show = function* (events: ReturnType<CitationReader['push']>): Generator<AnswerEvent> {
        for (const event of events) {
          if (event.type !== 'text') {
            yield event;
            continue;
          }
          firstTokenMs ??= performance.now() - beginMs;
          answer.push(event.text);
          yield { type: 'token', text: event.text };
        }
      };
      const reader = readerOf(model.stream(messages, { signal }));
      scope.onEnd(() => void reader.return?.());
      for (;;) {
        const step = await scope.wait(Promise.resolve(reader.next()), readerGone);
        if (step.done) break;
        if (step.value.type === 'text') yield* show(citations.push(step.value.text));
        else if (step.value.type === 'usage') {
          spans.usage(step.value.promptTokens, step.value.completionTokens);
          yield step.value;
        } else finishReason = step.value.reason;
      }
      scope.throwIfAborted();
      if (scope.ended) return;
      yield* show(citations.flush());
      yield finished();
      if (sessionId !== undefined) this.#sessions.remember(sessionId, asked);
      const durationMs = performance.now() - beginMs;
      yield { type: 'done', text: answer.join(''), finishReason, firstTokenMs, durationMs };
    } catch (error) {
      scope.throwIfAborted();
      if (scope.ended) return;
      const failure = error instanceof Error ? error : new Error(String(error));
      spans.fail(errorKind(failure));
      yield { type: 'error', stage: clock.stage, error: failure };
    } finally {
      scope.end();
    }
  }
}

/** @throws RangeError naming what came. */
export function checkQuestion(question: unknown, maxLength: number): asserts question is string {
  if (typeof question !== 'string') {
    throw new RangeError(
      `\`question\` must be a text of 1 to ${maxLength} characters, got ${shown(question)}`,
    );
  }
  if (question.length > maxLength || question.length === 0) {
    throw new RangeError(`\`question\` must be 1 to ${maxLength} characters long, got ${question.length}`);
  }
  if (question.trim() === '') {
    throw new RangeError(`\`question\` must not be blank, got ${question.length} characters of white space`);
  }
}
