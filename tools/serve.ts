// `npm run serve -- <folder>`: answers over HTTP from the documents in a folder, with a chat page.
import { parseArgs } from 'node:util';
import { TransformersEmbedder } from '../src/embedding/transformers-embedder.ts';
import { startEndpoint } from '../src/endpoint/server.ts';
import { modelFromEnvironment } from '../src/generation/model-from-environment.ts';
import { OpenAIModel } from '../src/generation/openai-model.ts';
import { startServer } from '../src/service/http/server.ts';
import { StreamRAGService } from '../src/service/stream-rag-service.ts';
import { checkFolder, openIndex, Refusal } from './ask/open-index.ts';

const help = `Usage: npm run serve -- <folder> [options]

Answers questions about the documents in a folder: a chat page at /, POST /v1/answers (server-sent events), an
OpenAI-compatible /v1/chat/completions, /healthz, /readyz, /metrics.

  --port N           0 takes a free one (default 8787)
  --host ADDRESS     where to listen (default 127.0.0.1; others need STREAMING_RAG_TOKEN)
  --concurrency N    answers at once (default 4)
  --max-waiting N    questions that may wait (default 32)
  --embedder FOLDER  another sentence model than the bundled one

STREAMING_RAG_TOKEN is the token that every request must then carry, at least 16 characters.
OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL name another language model than the local one.
`;

const ended = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ended.abort());

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        port: { type: 'string', default: '8787' },
        host: { type: 'string', default: '127.0.0.1' },
        concurrency: { type: 'string', default: '4' },
        'max-waiting': { type: 'string', default: '32' },
        embedder: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return { ...values, positionals };
  } catch (error) {
    throw new Refusal(`${(error as Error).message}\n\n${help}`, { cause: error });
  }
}

function readNumber(name: string, value: string): number {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (Number.isNaN(number)) throw new Refusal(`\`--${name}\` must be a number, got '${value}'.`);
  return number;
}

async function main(): Promise<void> {
  const { positionals, ...options } = readArguments();
  if (options.help) {
    process.stdout.write(help);
    return;
  }
  const [folder, ...rest] = positionals;
  if (folder === undefined || rest.length > 0) {
    throw new Refusal(`One folder is needed, got ${positionals.length}.\n\n${help}`);
  }
  const port = readNumber('port', options.port);
  const concurrency = readNumber('concurrency', options.concurrency);
  const maxWaiting = readNumber('max-waiting', options['max-waiting']);
  await checkFolder(folder);
  const { signal } = ended;
  await using embedder = await TransformersEmbedder.load({
    signal,
    ...(options.embedder !== undefined && { model: options.embedder }),
  });
  const named = await modelFromEnvironment(process.env, { signal });
  const { store, keywords } = await openIndex(folder, embedder, signal);
  await using endpoint = named === undefined ? await startEndpoint({ embedder, signal }) : undefined;
  const model = named ?? new OpenAIModel({ baseUrl: endpoint!.url, model: endpoint!.model });
  const service = await StreamRAGService.create({ embedder, store, keywords, model });
  const token = process.env.STREAMING_RAG_TOKEN;
  await using server = await startServer({
    service,
    port,
    host: options.host,
    concurrency,
    maxWaiting,
    ...(token && { token }),
  });
  process.stdout.write(
    `${await store.size()} chunks of '${folder}' are served at ${server.url}/ (answers by '${model.model}'). Ctrl-C ends it.\n`,
  );
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

try {
  await main();
} catch (error) {
  if (!ended.signal.aborted) {
    process.exitCode = 1;
    const { code, message, stack, name } = error as NodeJS.ErrnoException;
    const isTaken = code === 'EADDRINUSE';
    process.stderr.write(
      `${isTaken ? 'The port is taken. Choose another by `--port`.' : name === 'TypeError' ? stack : message}\n`,
    );
  }
}
