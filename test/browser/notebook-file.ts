import { readFileSync } from 'node:fs';

interface Output {
  output_type: string;
  name?: string;
  text?: string | string[];
  ename?: string;
  evalue?: string;
  traceback?: string[];
}

interface Cell {
  cell_type: string;
  source: string | string[];
  outputs?: Output[];
  execution_count?: number | null;
  metadata?: { tags?: string[] };
}

export const joined = (text: string | string[] | undefined): string =>
  Array.isArray(text) ? text.join('') : (text ?? '');

export function readCells(path: string): Cell[] {
  return (JSON.parse(readFileSync(path, 'utf8')) as { cells: Cell[] }).cells;
}

/** The code cells that Run All runs: those with something in them. */
export function codeCells(path: string): Cell[] {
  return readCells(path).filter(
    ({ cell_type, source }) => cell_type === 'code' && joined(source).trim() !== '',
  );
}

/** What is wrong with an executed notebook: cells that did not run, errors, and throws from timers that tslab only prints. */
export function problemsOf(path: string): string[] {
  return codeCells(path).flatMap((cell, index) => {
    const where = `code cell ${index + 1} (${joined(cell.source).split('\n')[0]?.slice(0, 60)})`;
    const mayRaise = cell.metadata?.tags?.includes('raises-exception') === true;
    const problems: string[] = [];
    if (typeof cell.execution_count !== 'number') problems.push(`${where} did not run`);
    for (const output of cell.outputs ?? []) {
      if (output.output_type === 'error' && !mayRaise) {
        problems.push(`${where}: ${output.ename}: ${output.evalue}\n${(output.traceback ?? []).join('\n')}`);
      }
      if (output.name === 'stderr' && lateError.test(joined(output.text))) {
        problems.push(`${where} prints ${joined(output.text)}`);
      }
    }
    return problems;
  });
}

/** How tslab prints an error that nobody awaited. */
export const lateError = /UncaughtException:|UnhandledPromiseRejection/;
