import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Embedder } from '../embedding/embedder.ts';
import { checkNumber } from '../iter/checks.ts';
import { realClock, type Clock } from '../iter/clock.ts';
import { timeout } from '../iter/timeout.ts';
import { diversify } from './diversity.ts';
import { checkFilter } from './filter.ts';
import { fuseByRank, type FusedHit, type Ranking } from './fusion.ts';
import type { KeywordHit, KeywordIndex, KeywordSearchOptions } from './keyword-index.ts';
import { checkModel, checkTopK, type Hit, type SearchOptions, type VectorStore } from './vector-store.ts';

export type RetrievalSource = 'vector' | 'keyword';

export interface RetrieverOptions {
  /** Embeds questions; the model that made the store's vectors. */
  readonly embedder: Embedder;
  readonly store: VectorStore;
  /** Without it every search is by vectors. */
  readonly keywords?: Pick<KeywordIndex, 'search'>;
  /** What each source's votes count, from 0. @default 1 each */
  readonly weights?: Readonly<Partial<Record<RetrievalSource, number>>>;
  /** Damps the first ranks' lead. @default 60 */
  readonly k?: number;
  /** Hits taken from each source to fuse; never fewer than `topK`. @default 100 */
  readonly candidates?: number;
  /** How long a source may take, in milliseconds. @default 10_000 each */
  readonly timeoutsMs?: Readonly<Partial<Record<RetrievalSource, number>>>;
  /** @default realClock */
  readonly clock?: Clock;
}

export interface RetrieveOptions extends SearchOptions, Pick<KeywordSearchOptions, 'prefix' | 'fuzzy'> {
  /** @default 'hybrid' with keywords, else 'vector' */
  readonly mode?: RetrievalSource | 'hybrid';
  /** How much sameness costs, from 0 to 1: see {@link diversify}. Embeds the candidates. @default 0, no re-ordering */
  readonly diversity?: number;
}

/** A source that did not answer, while the other did. */
export interface SourceFailure {
  readonly source: RetrievalSource;
  readonly error: Error;
}

export interface Retrieval {
  /**
   * Best first; each says which source found it, where, and what that counted. The score is the sum of the votes, and with
   * one source asked that source's own: the cosine, or BM25.
   */
  readonly hits: FusedHit[];
  /** Empty when all that was asked answered. */
  readonly failures: readonly SourceFailure[];
}

/**
 * Finds chunks by vectors, by keywords, or by both at once with their ranks fused. A keyword hit votes with its coverage, the
 * share of the question that it holds: in another language next to nothing is held, and a full vote for it is ruinous.
 */
export class Retriever {
  readonly #options: Required<Omit<RetrieverOptions, 'keywords' | 'weights' | 'timeoutsMs'>> & {
    readonly keywords: Pick<KeywordIndex, 'search'> | undefined;
    readonly weights: Record<RetrievalSource, number>;
    readonly timeoutsMs: Record<RetrievalSource, number>;
  };

  /**
   * @throws ModelMismatchError if the store holds vectors of another model.
   * @throws RangeError for an option out of its range.
   */
  constructor({
    embedder,
    store,
    keywords,
    weights: { vector: vectorWeight = 1, keyword: keywordWeight = 1 } = {},
    k = 60,
    candidates = 100,
    timeoutsMs: { vector: vectorMs = 10_000, keyword: keywordMs = 10_000 } = {},
    clock = realClock,
  }: RetrieverOptions) {
    checkModel('The store', embedder, store);
    checkNumber('weights.vector', vectorWeight, 0);
    checkNumber('weights.keyword', keywordWeight, 0);
    checkNumber('timeoutsMs.vector', vectorMs, 0);
    checkNumber('timeoutsMs.keyword', keywordMs, 0);
    checkNumber('k', k, 0);
    checkTopK(candidates);
    this.#options = {
      embedder,
      store,
      keywords,
      weights: { vector: vectorWeight, keyword: keywordWeight },
      k,
      candidates,
      timeoutsMs: { vector: vectorMs, keyword: keywordMs },
      clock,
    };
  }

  /**
   * The best chunks for a question. A hybrid search answers when one of its sources does, and names the other in `failures`.
   *
   * @throws the source's error when the only source asked fails; AggregateError with both when both do.
   * @throws RangeError, TypeError for a bad option; `signal.reason` when aborted.
   */
  async search(
    question: string,
    { mode, topK = 10, filter, diversity = 0, signal, prefix, fuzzy }: RetrieveOptions = {},
  ): Promise<Retrieval> {
    const { keywords, weights, k, candidates, clock } = this.#options;
    if (typeof question !== 'string')
      throw new TypeError(`\`question\` must be a string, got ${typeof question}`);
    checkTopK(topK);
    if (filter !== undefined) checkFilter(filter);
    if (!(diversity >= 0 && diversity <= 1))
      throw new RangeError(`\`diversity\` must be from 0 to 1, got ${diversity}`);
    const chosen = mode ?? (keywords === undefined ? 'vector' : 'hybrid');
    if (chosen !== 'vector' && chosen !== 'keyword' && chosen !== 'hybrid')
      throw new RangeError(`\`mode\` must be 'vector', 'keyword' or 'hybrid', got '${String(chosen)}'`);
    if (chosen !== 'vector' && keywords === undefined)
      throw new RangeError(`\`mode\` may be '${chosen}' only with \`keywords\``);
    signal?.throwIfAborted();

    const wanted = { topK: Math.max(topK, chosen === 'hybrid' || diversity > 0 ? candidates : 1), filter };
    const work: Record<RetrievalSource, (signal: AbortSignal) => Promise<readonly Hit[]>> = {
      vector: (signal) => this.#byVector(question, { ...wanted, signal }),
      keyword: async (signal) => {
        // Keywords take this thread for a while: the question must be on its way to the model before.
        if (chosen === 'hybrid') await nextTurn();
        return keywords!.search(question, {
          ...wanted,
          signal,
          ...(prefix !== undefined && { prefix }),
          ...(fuzzy !== undefined && { fuzzy }),
        });
      },
    };
    const asked: RetrievalSource[] = chosen === 'hybrid' ? ['vector', 'keyword'] : [chosen];
    const answers = await Promise.allSettled(
      asked.map((source) => inTime(work[source], this.#options.timeoutsMs[source], clock, signal)),
    );
    signal?.throwIfAborted();

    const rankings: Ranking[] = [];
    const failures: SourceFailure[] = [];
    for (const [at, answer] of answers.entries()) {
      const source = asked[at]!;
      if (answer.status === 'rejected') {
        const error = answer.reason instanceof Error ? answer.reason : new Error(String(answer.reason));
        failures.push({ source, error });
      } else {
        rankings.push({
          source,
          hits: answer.value,
          weight: weights[source],
          ...(source === 'keyword' && { confidence: (hit) => (hit as KeywordHit).coverage }),
        });
      }
    }
    if (rankings.length === 0) {
      if (failures.length === 1) throw failures[0]!.error;
      throw new AggregateError(
        failures.map(({ error }) => error),
        `Neither source answered: ${failures.map(({ source, error }) => `${source}: ${error.message}`).join('; ')}`,
      );
    }
    const fused =
      chosen === 'hybrid'
        ? fuseByRank(rankings, { k, topK: wanted.topK })
        : rankings.flatMap(({ hits }) => hits.map((hit, at) => alone(chosen, hit, at + 1)));
    const hits = diversity > 0 ? await this.#diversify(fused, diversity, topK, signal) : fused.slice(0, topK);
    return { hits, failures };
  }

  async #byVector(question: string, options: SearchOptions): Promise<Hit[]> {
    const { embedder, store } = this.#options;
    for await (const vector of embedder.embed([question], { kind: 'query', signal: options.signal }))
      return store.search(vector, options);
    throw new Error(`'${embedder.model}' gave no vector for the question`);
  }

  async #diversify(hits: readonly FusedHit[], diversity: number, topK: number, signal?: AbortSignal) {
    const texts = hits.map(({ chunk }) => chunk.text);
    const vectors = await Array.fromAsync(this.#options.embedder.embed(texts, { signal }));
    return diversify(hits, vectors, { diversity, topK });
  }
}

/** With one source there is nothing to fuse: its score stands. */
function alone(source: RetrievalSource, { chunk, score }: Hit, rank: number): FusedHit {
  return { chunk, score, sources: { [source]: { rank, score, confidence: 1, vote: score } } };
}

/** One promise under a time limit; what it does is aborted when time is up. */
async function inTime<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  limitMs: number,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<Result> {
  const stop = new AbortController();
  async function* once() {
    yield await work(stop.signal);
  }
  try {
    for await (const result of timeout(once(), { itemMs: limitMs, clock, signal })) return result;
    throw new Error('The source gave no answer');
  } finally {
    stop.abort(new DOMException('No longer needed', 'AbortError'));
  }
}
