// `npm run ask -- <folder> "question"`: the whole pipeline in a terminal.
import { parseArgs } from 'node:util';
import { TransformersEmbedder } from '../src/embedding/transformers-embedder.ts';
import { startEndpoint } from '../src/endpoint/server.ts';
import type { Citation } from '../src/generation/citations.ts';
import { modelFromEnvironment } from '../src/generation/model-from-environment.ts';
import { OpenAIModel } from '../src/generation/openai-model.ts';
import type { AnswerEvent } from '../src/service/answer-events.ts';
import { cacheFolder } from '../src/service/cache-folder.ts';
import { checkQuestion, StreamRAGService } from '../src/service/stream-rag-service.ts';
import { checkFolder, openIndex, Refusal } from './ask/open-index.ts';
import { citationLines, forTerminal } from './ask/terminal.ts';

const help = `Usage: npm run ask -- <folder> "question" [options]

Answers a question from the documents in a folder, with citations.

  --json             one JSON event a line: token, citation, done
  --top-k N          chunks to look for (default 6)
  --embedder FOLDER  another sentence model than the bundled one

The index is kept in ${cacheFolder()}.
OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL name another language model than the local one.
`;

/** Longest question. */
const maxQuestionLength = 4_000;

const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => interrupt.abort(new DOMException('Stopped', 'AbortError')));
}
// A reader such as `head` that has left is no failure.
process.stdout.on('error', () => process.exit(0));

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        'top-k': { type: 'string' },
        embedder: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return { ...values, positionals };
  } catch (error) {
    throw new Refusal(`${(error as Error).message}\n\n${help}`, { cause: error });
  }
}

function writeEvent(event: AnswerEvent, asJson: boolean, citations: Citation[]): void {
  if (event.type === 'token') {
    process.stdout.write(
      asJson ? `${JSON.stringify({ type: 'token', text: event.text })}\n` : forTerminal(event.text),
    );
  } else if (event.type === 'citation') {
    citations.push(event);
    const { type, documentId, start, end, text, number } = event;
    if (asJson) process.stdout.write(`${JSON.stringify({ type, documentId, start, end, text, number })}\n`);
  } else if (event.type === 'unknown-citation') {
    process.stderr.write(`The model cited source ${event.number}, which it was not given.\n`);
  } else if (event.type === 'done') {
    const { type, text, finishReason, firstTokenMs, durationMs } = event;
    const lines = citationLines(citations);
    process.stdout.write(
      asJson
        ? `${JSON.stringify({ type, text, finishReason, firstTokenMs, durationMs, citations: citations.length })}\n`
        : `\n${lines.length === 0 ? '' : `\n${lines.join('\n')}\n`}`,
    );
  }
}

async function main(): Promise<void> {
  const { positionals, json, ...options } = readArguments();
  if (options.help) {
    process.stdout.write(help);
    return;
  }
  const [folder, question, ...rest] = positionals;
  if (folder === undefined || question === undefined || rest.length > 0) {
    throw new Refusal(
      `A folder and one question in quotes are needed, got ${positionals.length} words.\n\n${help}`,
    );
  }
  checkQuestion(question, maxQuestionLength);
  await checkFolder(folder);
  const { signal } = interrupt;
  await using embedder = await TransformersEmbedder.load({
    signal,
    ...(options.embedder !== undefined && { model: options.embedder }),
  });
  const named = await modelFromEnvironment(process.env, { signal });
  const { store, keywords } = await openIndex(folder, embedder, signal);
  await using endpoint = named === undefined ? await startEndpoint({ embedder, signal }) : undefined;
  const model = named ?? new OpenAIModel({ baseUrl: endpoint!.url, model: endpoint!.model });
  if (named !== undefined) process.stderr.write(`Answered by '${named.model}' at ${named.url}.\n`);
  const service = await StreamRAGService.create({ embedder, store, keywords, model, maxQuestionLength });
  const topK = options['top-k'] === undefined ? {} : { topK: Number(options['top-k']) };

  const citations: Citation[] = [];
  for await (const event of service.streamAnswer(question, 'terminal', { ...topK, signal })) {
    writeEvent(event, json, citations);
    if (event.type === 'error') throw event.error;
  }
}

try {
  await main();
} catch (error) {
  if (interrupt.signal.aborted) {
    process.exitCode = 130;
  } else {
    process.exitCode = 1;
    const known = error instanceof Error && error.name !== 'TypeError' ? error.message : undefined;
    process.stderr.write(`${known ?? (error instanceof Error ? error.stack : String(error))}
`);
  }
}
