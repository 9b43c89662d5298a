// `npm run llm`: the local OpenAI-compatible endpoint. Prints one line of JSON on stdout once it listens.
import { parseArgs } from 'node:util';
import { TransformersEmbedder } from '../src/embedding/transformers-embedder.ts';
import { faultNames } from '../src/endpoint/faults.ts';
import { startEndpoint } from '../src/endpoint/server.ts';

const help = `Usage: npm run llm -- [options]

Starts the local OpenAI-compatible endpoint and prints {"url", "model", "pid"} when it listens.

  --port N                 0 takes a free one (default 0)
  --tokens-per-second N    slow down to this rate (default: as fast as it is)
  --first-token-ms N       wait at least this long before the first token (default 0)
  --api-key KEY            accept only this key; may be given more than once (default: any)
  --fault "NAME …"         fail on purpose, such as "unavailable first=2"; --list-faults lists all
  --embedder FOLDER        another sentence model than the bundled one
  --with-parent PID        end when that process has ended
`;

/** How often the parent is looked for. */
const parentCheckMs = 1_000;

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function readNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = value.trim() === '' ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : fail(`\`--${name}\` must be a number, got '${value}'.`);
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        port: { type: 'string' },
        'tokens-per-second': { type: 'string' },
        'first-token-ms': { type: 'string' },
        'api-key': { type: 'string', multiple: true },
        fault: { type: 'string' },
        'list-faults': { type: 'boolean' },
        embedder: { type: 'string' },
        'with-parent': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${help}`);
  }
}

const options = readOptions();
if (options.help) {
  process.stdout.write(help);
  process.exit(0);
}
if (options['list-faults']) {
  for (const [name, meaning] of Object.entries(faultNames))
    process.stdout.write(`${name.padEnd(16)} ${meaning}\n`);
  process.exit(0);
}
const parent = readNumber('with-parent', options['with-parent']);
const isGone = (pid: number) => {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EPERM';
  }
};

try {
  const model = options.embedder;
  await using embedder = await TransformersEmbedder.load(model === undefined ? {} : { model });
  await using endpoint = await startEndpoint({
    embedder,
    port: readNumber('port', options.port) ?? 0,
    tokensPerSecond: readNumber('tokens-per-second', options['tokens-per-second']) ?? Infinity,
    firstTokenMs: readNumber('first-token-ms', options['first-token-ms']) ?? 0,
    apiKeys: options['api-key'] ?? [],
    fault: options.fault ?? '',
  });
  const ended = Promise.withResolvers<void>();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => ended.resolve());
  // A parent that was killed tells nobody.
  const watch =
    parent === undefined ? undefined : setInterval(() => isGone(parent) && ended.resolve(), parentCheckMs);
  process.stdout.write(`${JSON.stringify({ url: endpoint.url, model: endpoint.model, pid: process.pid })}\n`);
  await ended.promise;
  clearInterval(watch);
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  fail(
    code === 'EADDRINUSE'
      ? `Port ${options.port} is taken. Choose another by \`--port\`, or none for a free one.`
      : message,
  );
}
