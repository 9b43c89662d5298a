// `npm run notebooks [-- names…] [--check] [--plain]`: runs the chapters on the course's kernel and writes their outputs.
// `--check` compares with what is committed instead; `--plain` runs on tslab as it comes from npm and only looks for errors.
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { differences, keepEqualOutputs } from './notebooks/compare.ts';
import { courseKernel, plainTslab, root } from './notebooks/kernel-command.ts';
import { writeNotebook } from './notebooks/notebook-file.ts';
import { formatProblem, runNotebook, type Problem } from './notebooks/run-notebook.ts';

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean' }, plain: { type: 'boolean' } },
  allowPositionals: true,
});

/** The chapters that a name or a path means; all of them without any. */
async function chosenNotebooks(): Promise<string[]> {
  const folder = join(root, 'notebooks');
  const all = (await readdir(folder))
    .filter((name) => name.endsWith('.ipynb'))
    .sort()
    .map((name) => join(folder, name));
  return positionals.length === 0 ? all : positionals.flatMap((name) => notebooksNamed(name, all));
}

function notebooksNamed(name: string, all: readonly string[]): string[] {
  if (name.endsWith('.ipynb')) return [resolve(name)];
  const found = all.filter(
    (path) => basename(path).startsWith(name) || basename(path, '.ipynb').endsWith(name),
  );
  if (found.length === 0) throw new Error(`No notebook in notebooks/ is called ${name}`);
  return found;
}

async function run(path: string): Promise<readonly Problem[]> {
  const name = basename(path);
  const progress = process.stderr.isTTY
    ? (cell: number, of: number) => process.stderr.write(`\r${name}: cell ${cell} of ${of} `)
    : () => {};
  const kernel = values.plain ? plainTslab : courseKernel;
  const result = await runNotebook(path, { kernel, onCell: progress });
  if (process.stderr.isTTY) process.stderr.write('\r\u001B[K');
  const isCompared = values.check === true && !values.plain;
  const problems = [...result.problems, ...(isCompared ? differences(name, result) : [])];
  if (problems.length === 0 && !values.check && !values.plain) {
    keepEqualOutputs(result);
    await writeNotebook(path, result.executed);
  }
  const seconds = (result.durationMs / 1000).toFixed(1);
  console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  for (const problem of problems) console.log(`  ${formatProblem(problem)}`);
  return problems;
}

let failed = 0;
for (const path of await chosenNotebooks()) {
  if ((await run(path)).length > 0) failed += 1;
}
if (failed > 0) {
  console.log(values.check || values.plain ? `${failed} failed` : `${failed} failed and were not written`);
  process.exitCode = 1;
}
