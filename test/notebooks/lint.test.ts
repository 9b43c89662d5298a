import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../tools/notebooks/kernel-command.ts';
import { lintNotebook, median } from '../../tools/notebooks/lint.ts';
import { readNotebook } from '../../tools/notebooks/notebook-file.ts';
import { formatProblem } from '../../tools/notebooks/run-notebook.ts';
import { notebookOf, type CellSketch } from './make-notebook.ts';

const folder = join(root, 'notebooks');
const messagesOf = (...sketches: CellSketch[]) =>
  lintNotebook('chapter.ipynb', notebookOf(...sketches)).map(formatProblem);
const lines = (count: number) =>
  Array.from({ length: count }, (_, index) => `const v${index} = 1;`).join('\n');

describe('the chapters', () => {
  it.each(readdirSync(folder).filter((name) => name.endsWith('.ipynb')))(
    '%s keeps the rules',
    async (name) => {
      const path = join(folder, name);
      expect(lintNotebook(path, await readNotebook(path)).map(formatProblem)).toEqual([]);
    },
  );
});

describe('lintNotebook', () => {
  it('passes a plain chapter', () => {
    expect(messagesOf('const a = 1;', 'console.log({ a: a })')).toEqual([]);
  });

  it.each([
    ['a cell of more than 25 lines', ['1', '2', lines(26)], 'has 26 lines'],
    ['long cells as a rule', [lines(6), lines(7), '1'], 'its median code cell has 6 lines'],
    ['a path of one machine', ['load("/home/me/file.md")'], 'has an absolute path'],
    ["shorthand of another cell's name", ['const a = 1;', 'f({ a })'], 'line 1: write { a: a }'],
    ['the same in an assignment', ['let b = 1;', '({ b } = thing)'], 'line 1: write { b: b }'],
    ['the same for an import and in Chinese', ["import { 名字 } from 'x'", '1;\nf({ 名字 })'], 'line 2'],
    ['a mask that hides all', [['1', { 'streaming-rag': { masks: ['.*'] } }]], 'matches empty text'],
  ] satisfies [string, CellSketch[], string][])('refuses %s', (_what, sketches, message) => {
    expect(messagesOf(...sketches)).toEqual([expect.stringContaining(message)]);
  });

  it.each([
    ['a name of the same cell', ['const a = 1;\nf({ a })']],
    ['a parameter that an earlier cell also names', ['const a = 1;', 'const g = (a: number) => ({ a });']],
    ["a name that is inside another cell's function", ['function g(a: number) { return a }', 'f({ a })']],
  ] satisfies [string, CellSketch[]][])('allows shorthand of %s', (_what, sketches) => {
    expect(messagesOf(...sketches)).toEqual([]);
  });

  it('refuses an error output unless the cell is marked', () => {
    const notebook = notebookOf('1', ['2', { tags: ['raises-exception'] }]);
    for (const cell of notebook.cells) {
      cell.outputs = [{ output_type: 'error', ename: 'Error', evalue: 'x', traceback: [] }];
    }
    expect(lintNotebook('chapter.ipynb', notebook)).toMatchObject([{ cell: 1 }]);
  });

  it('refuses an id that two cells share', () => {
    const notebook = notebookOf('1', '2');
    notebook.cells[1]!.id = notebook.cells[0]!.id;
    expect(lintNotebook('chapter.ipynb', notebook)).toHaveLength(1);
  });

  it('refuses another kernel', () => {
    const notebook = { ...notebookOf('1'), metadata: { kernelspec: { name: 'python3' } } };
    expect(lintNotebook('chapter.ipynb', notebook)).toHaveLength(1);
  });
});

describe('median', () => {
  it.each([
    [[3], 3],
    [[1, 4], 2.5],
    [[9, 1, 5], 5],
    [[], 0],
  ])('of %j is %d', (numbers, expected) => {
    expect(median(numbers)).toBe(expected);
  });
});
