import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Row } from './row.ts';

const path = fileURLToPath(new URL('./REPORT.md', import.meta.url));

/** Writes the rows of one part into bench/REPORT.md; the other parts stay as they are. */
export function writeReport(part: string, rows: readonly Row[]): void {
  const sections = new Map<string, string>();
  const old = existsSync(path) ? readFileSync(path, 'utf8') : '';
  for (const section of old.split(/^## /m).slice(1)) {
    const [name = '', ...lines] = section.split('\n');
    sections.set(name, lines.join('\n').trim());
  }
  sections.set(part, sectionOf(rows));
  const body = [...sections]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, section]) => `## ${name}\n\n${section}\n`)
    .join('\n');
  const head = [
    '# Measured beside others',
    '',
    'Written by `npm run bench -- <part>` (first `npm install --prefix bench`). Ratios: how many times as fast as the',
    'one beside, 1 being equal, unless the row says otherwise. The medians of several pairs of runs, by turns, in time of the',
    'processor (of the clock for loading and delays): other work on the machine does not count.',
  ].join('\n');
  writeFileSync(path, `${head}\n\n${body}`);
}

function sectionOf(rows: readonly Row[]): string {
  const cores = cpus();
  const machine = `${cores.length} cores (${cores[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 1e9)} GB, ${process.platform} ${process.arch}`;
  const lines = rows.map(
    ({ what, beside, ratio, goal, met, detail }) =>
      `| ${what} | ${beside} | ${ratio === null ? '–' : ratio.toFixed(2)} | ${goal} | ${met === null ? '–' : met ? 'yes' : '**no**'} | ${detail} |`,
  );
  return [
    `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${machine}; ${peerVersions()}.`,
    '',
    '| what | beside | ratio | goal | met | figures |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

/** As installed beside this file. */
function peerVersions(): string {
  const read = (file: string) =>
    JSON.parse(readFileSync(fileURLToPath(new URL(file, import.meta.url)), 'utf8')) as {
      readonly version?: string;
      readonly dependencies?: Readonly<Record<string, string>>;
    };
  return Object.keys(read('./package.json').dependencies ?? {})
    .map((name) => {
      const manifest = `./node_modules/${name}/package.json`;
      const installed = existsSync(fileURLToPath(new URL(manifest, import.meta.url)));
      return `${name} ${installed ? read(manifest).version : 'not installed'}`;
    })
    .join(', ');
}
