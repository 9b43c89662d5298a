import { ndcgAt, recallAt, reciprocalRank } from '../../src/retrieval/measures.ts';
import { bootstrapInterval, pairedTest } from '../../src/retrieval/statistics.ts';
import type { QuestionSet } from './question-set.ts';
import type { SearchedLanguage } from './search-systems.ts';

/** Figures of one system for one pair of languages. */
export interface Row {
  readonly system: string;
  /** The question's language, then that of the documents searched. */
  readonly pair: string;
  readonly ndcg10: number;
  readonly recall10: number;
  readonly mrr: number;
  /** The 95 % bootstrap interval of nDCG@10. */
  readonly low: number;
  readonly high: number;
}

/** How much better one system is than another on the same questions. */
export interface Comparison {
  readonly pair: string;
  readonly system: string;
  readonly than: string;
  /** Mean difference of nDCG@10. */
  readonly difference: number;
  readonly p: number;
}

export interface Evaluation {
  readonly rows: readonly Row[];
  readonly comparisons: readonly Comparison[];
  /** By pair. */
  readonly questions: ReadonlyMap<string, number>;
  /** Questions without a relevant document, which no measure is defined for. */
  readonly unanswerable: number;
}

/** Ranks the documents of one language for a question: ids, best first. */
export type System = (
  question: string,
  language: SearchedLanguage,
) => Promise<readonly { readonly id: string }[]>;

interface Scores {
  readonly ndcg10: number[];
  readonly recall10: number[];
  readonly mrr: number[];
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Asks every question of each language for which it has a relevant document, in every way, one after the other. */
export async function runEvaluation(
  { questions, documents }: QuestionSet,
  languages: ReadonlyMap<string, SearchedLanguage>,
  systems: ReadonlyMap<string, System>,
  { onQuestion = () => {}, signal }: { onQuestion?: (done: number) => void; signal?: AbortSignal } = {},
): Promise<Evaluation> {
  const languageOf = new Map(documents.map(({ document, language }) => [document.id, language]));
  const scores = new Map<string, Map<string, Scores>>();
  let done = 0;
  for (const { language, text, relevant } of questions) {
    for (const [other, ids] of Map.groupBy(relevant, (id) => languageOf.get(id)!)) {
      const pair = `${language}-${other}`;
      const ofPair = scores.get(pair) ?? new Map<string, Scores>();
      scores.set(pair, ofPair);
      for (const [name, rank] of systems) {
        signal?.throwIfAborted();
        const ranked = (await rank(text, languages.get(other)!)).map(({ id }) => id);
        const wanted = new Set(ids);
        const list = ofPair.get(name) ?? { ndcg10: [], recall10: [], mrr: [] };
        list.ndcg10.push(ndcgAt(ranked, wanted, 10));
        list.recall10.push(recallAt(ranked, wanted, 10));
        list.mrr.push(reciprocalRank(ranked, wanted));
        ofPair.set(name, list);
      }
    }
    onQuestion(++done);
  }

  const rows: Row[] = [];
  const comparisons: Comparison[] = [];
  for (const [pair, ofPair] of [...scores].sort(([a], [b]) => order(a) - order(b))) {
    for (const [system, { ndcg10, recall10, mrr }] of ofPair) {
      const { low, high } = bootstrapInterval(ndcg10);
      rows.push({ system, pair, ndcg10: mean(ndcg10), recall10: mean(recall10), mrr: mean(mrr), low, high });
    }
    const compare = (system: string, than: string) => {
      const [better, base] = [ofPair.get(system), ofPair.get(than)];
      if (better !== undefined && base !== undefined)
        comparisons.push({ pair, system, than, ...pairedTest(base.ndcg10, better.ndcg10) });
    };
    compare('hybrid', 'bm25');
    compare('hybrid', 'vector');
    for (const system of ['bm25', 'vector', 'hybrid']) compare(`${system}+rerank`, system);
  }
  return {
    rows,
    comparisons,
    questions: new Map(
      [...scores].map(([pair, ofPair]) => [pair, ofPair.values().next().value!.ndcg10.length]),
    ),
    unanswerable: questions.filter(({ relevant }) => relevant.length === 0).length,
  };
}

/** Within a language before across. */
function order(pair: string): number {
  const [from, to] = pair.split('-');
  return from === to ? 0 : 1;
}
