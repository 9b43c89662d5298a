// `npm run chunk -- <file|folder|->`: the chunks of real files as JSON Lines.
import { extname } from 'node:path';
import { parseArgs } from 'node:util';
import { stat } from 'node:fs/promises';
import type { ChunkSource } from '../src/chunking/chunker.ts';
import { NothingFoundError } from '../src/documents/document-error.ts';
import { loadDocuments } from '../src/documents/load-documents.ts';
import { decodePieces, streamDocument } from '../src/documents/stream-text.ts';
import { chunkerNames, makeChunker } from './chunk/make-chunker.ts';
import { LineWriter, ReaderLeft } from './chunk/line-writer.ts';

const help = `Usage: npm run -s chunk -- <file|folder|glob|URL|-> [more…] [options]

Writes the chunks of real files to standard output as JSON Lines: id, documentId, index, start, end (UTF-16 units),
startByte, endByte (where the text lies in its file unchanged), text, metadata. \`-\` reads standard input.
What cannot be read is named on standard error, and the rest goes on.

  --chunker NAME     ${chunkerNames.join(', ')} (default recursive)
  --size N           longest chunk: UTF-16 units, or tokens for the token chunker
  --overlap N        how much a chunk may repeat of the one before
  --encoding NAME    encoding of the files (default: detected)
  --tokenizer NAME   a model's tokenizer, for the token chunker (default: the bundled model's)
  --json             JSON Lines, which is all there is
`;

/** Larger text files are cut as they are read: nothing of them stays in memory. */
const streamedBytes = 16_777_216;
const textExtensions = new Set(['.txt', '.text', '.log', '.csv', '.tsv', '.md', '.markdown', '']);

/** A sentence for the person who called, and nothing else. */
class Refusal extends Error {}

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => stop.abort(new DOMException('Stopped', 'AbortError')));

function readArguments() {
  const parsed = parseArgs({
    allowPositionals: true,
    options: {
      chunker: { type: 'string', default: 'recursive' },
      size: { type: 'string' },
      overlap: { type: 'string' },
      encoding: { type: 'string' },
      tokenizer: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return { ...parsed.values, sources: parsed.positionals };
}

function numberOf(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d+$/.test(value)) throw new Refusal(`\`--${name}\` must be a whole number, got '${value}'.`);
  return Number(value);
}

/** One argument as texts to cut, in the order found; what cannot be read goes to `onError`. */
async function* textsOf(
  source: string,
  encoding: string | undefined,
  onError: (error: Error) => void,
): AsyncGenerator<ChunkSource> {
  const { signal } = stop;
  const named = encoding === undefined ? {} : { encoding };
  if (source === '-') {
    const pieces = decodePieces(process.stdin as AsyncIterable<Buffer>, { ...named, path: '-', signal });
    yield { id: '-', metadata: { source: '-' }, pieces };
    return;
  }
  const stats = await stat(source).catch(() => undefined);
  const isLarge = stats?.isFile() && stats.size > streamedBytes;
  if (isLarge && textExtensions.has(extname(source).toLowerCase())) {
    yield streamDocument(source, { ...named, signal });
    return;
  }
  let found = 0;
  for await (const result of loadDocuments(source, { ...named, signal })) {
    found += 1;
    if (result.kind === 'document') yield result.document;
    else onError(result.error);
  }
  if (found === 0) throw new NothingFoundError([source]);
}

async function main(): Promise<void> {
  let options: ReturnType<typeof readArguments>;
  try {
    options = readArguments();
  } catch (error) {
    throw new Refusal(`${(error as Error).message}\n\n${help}`, { cause: error });
  }
  if (options.help) {
    process.stdout.write(help);
    return;
  }
  if (options.sources.length === 0) throw new Refusal(`A file, a folder or - is needed.\n\n${help}`);
  await using made = await makeChunker({
    name: options.chunker,
    size: numberOf('size', options.size),
    overlap: numberOf('overlap', options.overlap),
    tokenizer: options.tokenizer,
    signal: stop.signal,
  });
  const complain = (error: Error): void => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  };
  const output = new LineWriter(process.stdout);
  for (const source of options.sources) {
    try {
      for await (const text of textsOf(source, options.encoding, complain)) {
        for await (const chunk of made.chunker.chunk(text, { signal: stop.signal }))
          await output.write(JSON.stringify(chunk));
      }
    } catch (error) {
      if (stop.signal.aborted || error instanceof ReaderLeft) throw error;
      complain(error as Error);
    }
  }
  await output.end();
}

try {
  await main();
} catch (error) {
  // Whoever reads, such as \`head\`, has enough: that is no failure.
  if (error instanceof ReaderLeft) process.exit(0);
  if (stop.signal.aborted) process.exit(130);
  if (!(error instanceof Refusal || error instanceof RangeError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
