// `npm run evaluate [-- questions.json]`: how well each way of searching finds, by pairs of languages.
import { parseArgs } from 'node:util';
import type { Chunker } from '../src/chunking/chunker.ts';
import { fixedChunker } from '../src/chunking/fixed-chunker.ts';
import { markdownChunker } from '../src/chunking/markdown-chunker.ts';
import { recursiveChunker } from '../src/chunking/recursive-chunker.ts';
import { sentenceChunker } from '../src/chunking/sentence-chunker.ts';
import { CachedEmbedder } from '../src/embedding/cached-embedder.ts';
import { TransformersEmbedder } from '../src/embedding/transformers-embedder.ts';
import { LateInteractionReranker } from '../src/retrieval/late-interaction.ts';
import type { Reranker } from '../src/retrieval/reranker.ts';
import { ProgressLine } from './ask/terminal.ts';
import {
  type QuestionSet,
  QuestionSetError,
  readHandbook,
  readQuestionSet,
} from './evaluate/question-set.ts';
import { runEvaluation, type System } from './evaluate/run-evaluation.ts';
import { rerankedDocuments, SearchedLanguage } from './evaluate/search-systems.ts';
import { tables } from './evaluate/table.ts';

const chunkers = {
  fixed: fixedChunker,
  recursive: recursiveChunker,
  sentence: sentenceChunker,
  markdown: markdownChunker,
} as const satisfies Record<string, (options: { size: number }) => Chunker>;

/** Scripts without spaces say more in fewer characters, and the bundled model learnt on texts of some 128 tokens. */
const defaultSize = (language: string) =>
  ['zh', 'ja', 'th', 'lo', 'km', 'my'].includes(language) ? 200 : 500;

const help = `Usage: npm run evaluate [-- questions.json] [options]

Measures BM25, vector and hybrid search, each with and without reranking, on questions whose answers are known: nDCG@10, recall@10 and MRR, with
bootstrap intervals, for each pair of languages (the question's, then that of the documents searched).

  questions.json   { "documents": [{ "id", "language", "text" or "path" }],
                     "questions": [{ "id", "language", "text", "relevant": ["documentId"] }] }
                   Without it the bundled handbook is searched.
  --split NAME     the handbook's questions: development (default) or test
  --model FOLDER   another sentence model than the bundled one; a hub id with --download
  --download       lets the model be downloaded
  --chunker NAME   ${Object.keys(chunkers).join(', ')} (default recursive)
  --size N         longest chunk in characters (default 500; 200 in Chinese and other languages without spaces)
  --json           the last line is { "rows": [...] }
`;

/** A sentence for the person at the terminal, and nothing else. */
class Refusal extends Error {}

const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => interrupt.abort(new DOMException('Stopped', 'AbortError')));
// A reader such as `head` that has left is no failure.
process.stdout.on('error', () => process.exit(0));

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        split: { type: 'string' },
        model: { type: 'string' },
        download: { type: 'boolean', default: false },
        chunker: { type: 'string', default: 'recursive' },
        size: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return { ...values, positionals };
  } catch (error) {
    throw new Refusal(`${(error as Error).message}\n\n${help}`, { cause: error });
  }
}

function chunkerOf(name: string, size: string | undefined): (language: string) => Chunker {
  if (!Object.hasOwn(chunkers, name))
    throw new Refusal(`--chunker must be one of ${Object.keys(chunkers).join(', ')}, got '${name}'`);
  if (size !== undefined && !(/^\d+$/.test(size) && Number(size) >= 2 && Number(size) <= 1_000_000))
    throw new Refusal(`--size must be an integer from 2 to 1000000, got '${size}'`);
  const make = chunkers[name as keyof typeof chunkers];
  return (language) => make({ size: size === undefined ? defaultSize(language) : Number(size) });
}

async function readQuestions(
  positionals: readonly string[],
  split: string | undefined,
  signal: AbortSignal,
): Promise<QuestionSet> {
  if (positionals.length > 1)
    throw new Refusal(`One file of questions may be named, got ${positionals.length} words.`);
  const [path] = positionals;
  if (path !== undefined && split !== undefined)
    throw new Refusal('--split chooses among the questions of the bundled handbook; a file is asked whole.');
  if (path !== undefined) return readQuestionSet(path, signal);
  if (split !== undefined && split !== 'development' && split !== 'test')
    throw new Refusal(`--split must be development or test, got '${split}'`);
  return readHandbook(split ?? 'development', signal);
}

/** Three systems rerank much the same texts for one question: each text is scored once. */
function eachOnce(reranker: Reranker): Reranker {
  let last: { readonly question: string; readonly scores: Map<string, number> } | undefined;
  return {
    name: reranker.name,
    async score(question, texts, options) {
      if (last?.question !== question) last = { question, scores: new Map() };
      const { scores } = last;
      const fresh = [...new Set(texts)].filter((text) => !scores.has(text));
      for (const [at, score] of (await reranker.score(question, fresh, options)).entries())
        scores.set(fresh[at]!, score);
      return texts.map((text) => scores.get(text)!);
    },
  };
}

async function main(): Promise<void> {
  const { positionals, split, model, download, json, ...options } = readArguments();
  if (options.help) {
    process.stdout.write(help);
    return;
  }
  const { signal } = interrupt;
  const chunker = chunkerOf(options.chunker, options.size);
  const set = await readQuestions(positionals, split, signal);
  if (!set.questions.some(({ relevant }) => relevant.length > 0))
    throw new Refusal('No question has a relevant document: there is nothing to measure.');
  const progress = new ProgressLine();
  const transformer = await TransformersEmbedder.load({
    signal,
    allowDownload: download,
    ...(model !== undefined && { model }),
  });
  await using embedder = new CachedEmbedder(transformer);
  const reranker = eachOnce(new LateInteractionReranker({ embedder: transformer, maxCachedTexts: 5_000 }));
  const languages = new Map<string, SearchedLanguage>();
  for (const [language, list] of Map.groupBy(set.documents, (entry) => entry.language)) {
    progress.show(`Indexing ${language}`, languages.size, undefined);
    const documents = list.map(({ document }) => document);
    languages.set(
      language,
      await SearchedLanguage.index(language, documents, { chunker: chunker(language), embedder, signal }),
    );
  }
  const systems = new Map<string, System>();
  for (const [name, mode] of [
    ['bm25', 'keyword'],
    ['vector', 'vector'],
    ['hybrid', 'hybrid'],
  ] as const) {
    systems.set(name, (question, language) => language.rank(question, mode, signal));
    systems.set(`${name}+rerank`, async (question, language) =>
      language.rerank(question, await language.rank(question, mode, signal), reranker, signal),
    );
  }
  const evaluation = await runEvaluation(set, languages, systems, {
    signal,
    onQuestion: (done) => progress.show('Asking', done, set.questions.length),
  }).finally(() => progress.clear());

  const asked = positionals[0] ?? `the bundled handbook, ${split ?? 'development'} questions`;
  const searched = [...languages.values()].map(
    ({ language, documents, chunks }) =>
      `${documents} documents in ${language} (${chunks.length} chunks by ${chunker(language).name})`,
  );
  process.stdout.write(
    `Asked: ${asked}. Searched: ${searched.join(', ')}. Model: ${embedder.model}.\n` +
      `A document's score is its best chunk's plus half the mean of its chunks'. ` +
      `+rerank: the first ${rerankedDocuments} documents again, half by that score, half by late interaction.\n\n${tables(evaluation)}\n`,
  );
  if (json) process.stdout.write(`${JSON.stringify({ rows: evaluation.rows })}\n`);
}

try {
  await main();
} catch (error) {
  if (interrupt.signal.aborted) {
    process.exitCode = 130;
  } else {
    process.exitCode = 1;
    const isForPeople =
      error instanceof Refusal ||
      error instanceof QuestionSetError ||
      (error instanceof Error && error.name === 'EmbeddingModelError');
    process.stderr.write(`${isForPeople ? error.message : ((error as Error).stack ?? String(error))}\n`);
  }
}
