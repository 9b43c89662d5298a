// `npm run bench -- <part>`: the library beside its peers, on the same work in one run.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeReport } from '../bench/report.ts';
import type { Row } from '../bench/row.ts';

const at = (path: string) => new URL(`../bench/${path}`, import.meta.url);
const { positionals, values } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: { json: { type: 'boolean', default: false } },
});
const parts = positionals.length > 0 ? positionals : ['streams', 'chunking'];

for (const part of parts) {
  if (!/^[a-z-]+$/.test(part) || !existsSync(at(`${part}.ts`))) {
    console.error(`There is no part called '${part}' in bench/.`);
    process.exit(2);
  }
}
if (!existsSync(fileURLToPath(at('node_modules')))) {
  console.error('The peers are not installed. First: npm install --prefix bench');
  process.exit(2);
}

const all: Row[] = [];
for (const part of parts) {
  const module = (await import(at(`${part}.ts`).href)) as {
    readonly run?: (report: (row: Row) => void) => Promise<void>;
  };
  // A part without `run` prints what it has by itself.
  if (module.run === undefined) continue;
  const rows: Row[] = [];
  await module.run((row) => {
    rows.push(row);
    const ratio = row.ratio === null ? '–' : row.ratio.toFixed(2);
    console.log(
      `${row.met === false ? '✗' : '✓'} ${row.what}, beside ${row.beside}: ${ratio} (${row.goal}); ${row.detail}`,
    );
  });
  writeReport(part, rows);
  all.push(...rows);
}
if (values['json'])
  console.log(
    JSON.stringify(
      all.map(({ part, what, beside, ratio, goal, met }) => ({ part, what, beside, ratio, goal, met })),
    ),
  );
