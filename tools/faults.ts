// `npm run faults`: every fault of the local endpoint against every layer of the library.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { TransformersEmbedder } from '../src/embedding/transformers-embedder.ts';
import { startEndpoint } from '../src/endpoint/server.ts';
import { faultCases, type FaultCase } from './faults/cases.ts';
import { type Layer, type LayerName, makeLayers, type Meeting } from './faults/layers.ts';
import { leakedSince, openResources } from './faults/leaks.ts';

const help = `Usage: npm run faults -- [options]

Meets every fault with every layer. Exits with 1 if any falls short.

  --write            write the table to docs/faults.md
  --only TEXT        only faults whose name begins so
  --embedder FOLDER  another sentence model than the bundled one
`;

/** Longer than any layer may take: then it counts as hung. */
const hungMs = 8_000;
/** The bare client has no limit for silence or for an endless answer: it is left after this. */
const bareMs = 3_000;

const { values: options } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    embedder: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (options.help) {
  process.stdout.write(help);
  process.exit(0);
}

const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

interface Cell {
  readonly text: string;
  readonly shortcomings: readonly string[];
}

async function meet(
  layer: Layer,
  { fault, expected, keepsText = false }: FaultCase,
  isOurs: boolean,
): Promise<Cell> {
  const before = openResources();
  const reader = new AbortController();
  const startMs = performance.now();
  const late = setTimeout(() => reader.abort(new Error('hung')), isOurs ? hungMs : bareMs);
  let meeting: Meeting;
  try {
    meeting = await layer(fault, reader.signal);
  } catch (error) {
    meeting = { outcome: error instanceof Error ? error.message : String(error), text: '' };
  } finally {
    clearTimeout(late);
  }
  const durationMs = performance.now() - startMs;
  const leaked = await leakedSince(before, reader.signal);
  const { outcome, text } = meeting;
  const shortcomings = [
    ...(outcome === expected ? [] : [`${outcome} instead of ${expected}`]),
    ...(keepsText && text === '' ? ['the text before it is lost'] : []),
    ...(expected === 'answered' && !text.includes('1874') ? ['the answer is not whole'] : []),
    ...leaked.map((what) => `left open: ${what}`),
    ...unhandled.splice(0).map((reason) => `unhandled rejection: ${String(reason)}`),
  ];
  const kept = keepsText && text !== '' ? ', text kept' : '';
  const hung = reader.signal.aborted ? ', left hanging' : '';
  return { text: `${outcome}${kept}${hung}, ${Math.round(durationMs)} ms`, shortcomings };
}

const model = options.embedder;
await using embedder = await TransformersEmbedder.load(model === undefined ? {} : { model });
await using endpoint = await startEndpoint({ embedder });
const layers = await makeLayers(endpoint.url, endpoint.model, embedder);
const rows: string[][] = [];
let passed = 0;
const failures: string[] = [];
for (const faultCase of faultCases.filter(({ fault }) => fault.startsWith(options.only))) {
  const row = [faultCase.fault === '' ? 'none' : `\`${faultCase.fault}\``];
  for (const [name, layer] of layers) {
    const isOurs = name !== ('bare `openai`' satisfies LayerName);
    // Each layer meets a schedule such as `first=2` from its beginning.
    await fetch(`${endpoint.url}/_faults`, {
      method: 'PUT',
      body: '{"fault":""}',
      headers: { connection: 'close' },
    });
    const { text, shortcomings } = await meet(layer, faultCase, isOurs);
    row.push(text);
    if (!isOurs) continue;
    if (shortcomings.length === 0) passed++;
    else failures.push(`${row[0]} × ${name}: ${shortcomings.join('; ')}`);
  }
  process.stdout.write(`${row.join(' | ')}\n`);
  rows.push(row);
}

if (options.write) {
  const head = ['fault', ...layers.map(([name]) => name)];
  const table = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
  writeFileSync(
    fileURLToPath(new URL('../docs/faults.md', import.meta.url)),
    `# The fault board

Every fault of the local endpoint (\`npm run llm -- --list-faults\` explains them) against every layer, over real HTTP. Made by
\`npm run faults -- --write\`; \`npm run faults\` checks it and exits with 1 if a cell of ours falls short.

A cell passes if the outcome is the one expected, nothing hangs, no rejection is unhandled, no socket, timer or listener
stays, and the text that came before a failure is kept. The models here try again after at most 0.2 s, and take 0.6 s of silence
as a stall. The last column is the \`openai\` client by itself, with its own two retries, left after ${bareMs / 1000} s; it is not counted.

${table}
`,
  );
}
for (const failure of failures) process.stderr.write(`${failure}\n`);
process.stdout.write(`${passed} passed, ${failures.length} failed\n`);
process.exitCode = failures.length === 0 ? 0 : 1;
