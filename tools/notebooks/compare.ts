import { diffLines } from './diff.ts';
import { comparableOutputs } from './masks.ts';
import { firstLineOf, isRunnable, type Cell } from './notebook-file.ts';
import { root } from './kernel-command.ts';
import type { NotebookRun, Problem } from './run-notebook.ts';

/** Where a run gave something else than what is committed, as a diff of what is compared. */
export function differences(name: string, { notebook, executed }: NotebookRun): Problem[] {
  const before = notebook.cells.filter(isRunnable);
  return executed.cells.filter(isRunnable).flatMap((cell, index): Problem[] => {
    const committed = before[index];
    if (committed === undefined) return [];
    const place = { notebook: name, cell: index + 1, firstLine: firstLineOf(cell.source) };
    const [expected, actual] = [comparable(committed), comparable(cell)];
    if (expected === actual) {
      return committed.execution_count === cell.execution_count
        ? []
        : [{ ...place, message: `is committed as In [${committed.execution_count}]: run npm run notebooks` }];
    }
    const lines = diffLines(expected, actual).map((line) => `    ${line}`);
    return [{ ...place, message: ['gives something else than what is committed', ...lines].join('\n') }];
  });
}

/** Keeps the committed outputs of each cell whose new ones differ in nothing but what is masked: no noise in a commit. */
export function keepEqualOutputs({ notebook, executed }: NotebookRun): void {
  executed.cells.forEach((cell, index) => {
    const committed = notebook.cells[index];
    if (committed !== undefined && isRunnable(cell) && comparable(committed) === comparable(cell)) {
      cell.outputs = committed.outputs ?? [];
      renumberResults(cell);
    }
  });
}

function renumberResults(cell: Cell): void {
  for (const output of cell.outputs ?? []) {
    if (output.output_type === 'execute_result') output.execution_count = cell.execution_count ?? null;
  }
}

function comparable(cell: Cell): string {
  return comparableOutputs(cell.outputs ?? [], cell.metadata['streaming-rag'] ?? {}, root);
}
