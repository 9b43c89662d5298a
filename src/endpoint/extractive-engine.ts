import type { Embedder } from '../embedding/embedder.ts';
import type { Engine } from './engine.ts';
import { pieces } from './pieces.ts';
import { type AskedQuestion, readPrompt } from './read-prompt.ts';
import { sourceSentences } from './sentences.ts';
import { termsOf } from './terms.ts';
import type { WireMessage } from './wire.ts';

/** A sentence scored against the question. */
interface Candidate {
  readonly text: string;
  /** Of its source. */
  readonly number: number;
  readonly sourceIndex: number;
  readonly position: number;
  readonly isChinese: boolean;
  readonly vector: Float32Array;
  readonly terms: ReadonlySet<string>;
  readonly headingTerms: ReadonlySet<string>;
}

interface Scored extends Candidate {
  /** By meaning and words alone. */
  readonly worth: number;
  /** With its source's rank. */
  readonly score: number;
}

/** What a sentence is worth: nearness in meaning, plus this much for all of the question's words (0 to 1 of them). */
const wordWeight = 1;
/** Words of the heading above count this much of the sentence's own. */
const headingShare = 0.5;
/** What the first source is worth over the last: retrieval has ranked them. */
const rankWeight = 0.05;
/**
 * Below this no sentence answers. Set on the development questions of `corpus/` with hybrid retrieval: of 103 whose answer was
 * among the sentences it lets 96 through, of 8 that nothing answers it stops 7.
 */
const leastScore = 0.75;
/** The same for sentences in another language than the question's, which share few words with it. */
const leastScoreAcross = 0.6;
/** Further sentences must come this near to the best. */
const nearBest = 0.8;
const mostSentences = 3;
/** Nearer than this, two sentences say the same. */
const sameMeaning = 0.92;
/** Sentences of one request that are looked at, sources in their order. */
const mostCandidates = 160;
/** Sentence vectors that are kept: 8 MB. */
const mostCached = 5_000;

const notAnswered = { en: 'The sources do not answer this.', zh: '资料中没有这个问题的答案。' } as const;

const isChinese = (text: string) => (text.match(/\p{Script=Han}/gu)?.length ?? 0) * 5 >= text.length;

/**
 * Answers with sentences of the given sources, word for word, each cited by its source's number: those nearest to the
 * question in meaning (by the embedder), sharing its words, and standing in better ranked sources. It says that the
 * sources do not answer, in the question's language, when none is near enough. The same request gives the same answer.
 *
 * It follows no instruction, in a question or a source: it can only quote.
 */
export class ExtractiveEngine implements Engine {
  readonly model = 'extractive-1';
  readonly #embedder: Embedder;
  readonly #vectors = new Map<string, Float32Array>();

  constructor(embedder: Embedder) {
    this.#embedder = embedder;
  }

  async *answer(
    messages: readonly WireMessage[],
    { signal }: { readonly signal: AbortSignal },
  ): AsyncGenerator<string, void, undefined> {
    const asked = readPrompt(messages);
    const chosen = await this.#choose(asked, signal);
    if (chosen.length === 0) {
      yield* pieces(notAnswered[isChinese(asked.question) ? 'zh' : 'en']);
      return;
    }
    for (const [index, { text, number }] of chosen.entries()) {
      yield* pieces(`${index === 0 ? '' : ' '}${joinMarkers(text)} [${number}]`);
    }
  }

  async #choose({ question, sources }: AskedQuestion, signal: AbortSignal): Promise<Scored[]> {
    if (question === '' || sources.length === 0) return [];
    const sentences = sources
      .flatMap(({ number, text }, sourceIndex) =>
        sourceSentences(text).map((sentence, position) => ({ ...sentence, number, sourceIndex, position })),
      )
      .slice(0, mostCandidates);
    const [meant, ...vectors] = await Promise.all([
      this.#vector(question, 'query', signal),
      ...sentences.map(({ text }) => this.#vector(text, 'passage', signal)),
    ]);
    const candidates = sentences.map(({ heading, ...sentence }, index) => ({
      ...sentence,
      isChinese: isChinese(sentence.text),
      vector: vectors[index]!,
      terms: termsOf(sentence.text),
      headingTerms: termsOf(heading),
    }));
    const ranked = answering(candidates, question, meant, sources.length);
    const best = ranked[0];
    if (best === undefined) return [];
    const chosen: Scored[] = [];
    for (const candidate of ranked) {
      if (chosen.length === mostSentences || candidate.score < best.score * nearBest) break;
      if (!chosen.some(({ vector }) => dot(vector, candidate.vector) > sameMeaning)) chosen.push(candidate);
    }
    return inReadingOrder(chosen);
  }

  /** One text at a time: for short texts the model is then several times as fast as in a batch. */
  async #vector(text: string, kind: 'query' | 'passage', signal: AbortSignal): Promise<Float32Array> {
    const key = `${kind} ${text}`;
    const known = this.#vectors.get(key);
    if (known !== undefined) {
      this.#vectors.delete(key);
      this.#vectors.set(key, known); // Youngest again.
      return known;
    }
    const [vector] = await Array.fromAsync(this.#embedder.embed([text], { kind, signal }));
    this.#vectors.set(key, vector!);
    if (this.#vectors.size > mostCached) this.#vectors.delete(this.#vectors.keys().next().value!);
    return vector!;
  }
}

/** Sentences that may answer, best first, all in one language: the question's, or else the other. */
function answering(
  candidates: readonly Candidate[],
  question: string,
  meant: Float32Array,
  sourceCount: number,
): Scored[] {
  const own = isChinese(question);
  for (const [language, least] of [
    [own, leastScore],
    [!own, leastScoreAcross],
  ] as const) {
    const spoken = candidates.filter((candidate) => candidate.isChinese === language);
    const scored = score(spoken, termsOf(question), meant, sourceCount);
    if (scored.some(({ worth }) => worth >= least)) return scored.toSorted((a, b) => b.score - a.score);
  }
  return [];
}

function score(
  candidates: readonly Candidate[],
  asked: ReadonlySet<string>,
  meant: Float32Array,
  sourceCount: number,
): Scored[] {
  // A word that stands in every sentence tells little, one that stands in none is missed most (inverse document frequency).
  const weights = new Map<string, number>();
  let total = 0;
  for (const term of asked) {
    const count = candidates.filter(({ terms }) => terms.has(term)).length;
    const weight = Math.log(1 + candidates.length / (1 + count));
    weights.set(term, weight);
    total += weight;
  }
  return candidates.map((candidate) => {
    let shared = 0;
    for (const [term, weight] of weights) {
      if (candidate.terms.has(term)) shared += weight;
      else if (candidate.headingTerms.has(term)) shared += weight * headingShare;
    }
    const words = total === 0 ? 0 : shared / total;
    const worth = dot(meant, candidate.vector) + wordWeight * words;
    return { ...candidate, worth, score: worth + rankWeight * (1 - candidate.sourceIndex / sourceCount) };
  });
}

/** The best sentence's source first; within a source as it was written. */
function inReadingOrder(chosen: readonly Scored[]): Scored[] {
  const sources = [...new Set(chosen.map(({ sourceIndex }) => sourceIndex))];
  return chosen.toSorted(
    (a, b) => sources.indexOf(a.sourceIndex) - sources.indexOf(b.sourceIndex) || a.position - b.position,
  );
}

/** The prompt spreads bracketed numbers (`[ 1 ]`) so that none is taken for a citation; in code none is. */
const joinMarkers = (text: string) =>
  text.replaceAll(/`[^`]*`/gu, (code) => code.replaceAll(/\[ (\d[\d\s,，、-]*) \]/gu, '[$1]'));

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}
