import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  formatNotebook,
  notebookMetadata,
  type Cell,
  type CellMetadata,
  type Notebook,
} from '../../tools/notebooks/notebook-file.ts';

/** A code cell: its source, or its source and metadata. */
export type CellSketch = string | readonly [source: string, metadata: CellMetadata];

export function notebookOf(...sketches: readonly CellSketch[]): Notebook {
  const cells = sketches.map((sketch, index): Cell => {
    const [source, metadata] = typeof sketch === 'string' ? [sketch, {}] : sketch;
    return {
      id: `cell-${index + 1}`,
      cell_type: 'code',
      metadata,
      source,
      execution_count: null,
      outputs: [],
    };
  });
  return { cells, metadata: notebookMetadata, nbformat: 4, nbformat_minor: 5 };
}

/** Writes a notebook into a folder of its own, which goes when the test ends. */
export async function writeNotebookOf(...sketches: readonly CellSketch[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'notebook-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'chapter.ipynb');
  await writeFile(path, formatNotebook(notebookOf(...sketches)));
  return path;
}
