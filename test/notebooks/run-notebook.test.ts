import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { differences, keepEqualOutputs } from '../../tools/notebooks/compare.ts';
import { courseKernel, plainTslab } from '../../tools/notebooks/kernel-command.ts';
import { formatNotebook, parseNotebook, writeNotebook } from '../../tools/notebooks/notebook-file.ts';
import { formatProblem, runNotebook } from '../../tools/notebooks/run-notebook.ts';
import { writeNotebookOf } from './make-notebook.ts';

const onCourse = { kernel: courseKernel };

async function problemsOf(...args: Parameters<typeof runNotebook>): Promise<string[]> {
  return (await runNotebook(...args)).problems.map(formatProblem);
}

describe('runNotebook', () => {
  it('gives each cell its outputs and its number, and leaves the file alone', async () => {
    const path = await writeNotebookOf('const a = 20;', 'console.log(a);\na + 1');
    const before = await readFile(path, 'utf8');
    const { executed, problems } = await runNotebook(path, onCourse);
    expect(problems).toEqual([]);
    expect(executed.cells.map((cell) => [cell.execution_count, cell.outputs])).toEqual([
      [1, []],
      [
        2,
        [
          { output_type: 'stream', name: 'stdout', text: '20\n' },
          { output_type: 'execute_result', data: { 'text/plain': '21' }, metadata: {}, execution_count: 2 },
        ],
      ],
    ]);
    expect(await readFile(path, 'utf8')).toBe(before);
  });

  it('names chapter, cell and line of an error', async () => {
    const path = await writeNotebookOf('const fine = 1;', 'const x = 1;\nthrow new TypeError("broken");');
    const [problem, ...others] = await problemsOf(path, onCourse);
    expect(others).toEqual([]);
    expect(problem).toContain('chapter.ipynb, cell 2 (const x = 1;): TypeError: broken');
    expect(problem).toContain('In [2]:2:7');
  });

  it.each([
    ['throws from a timer', 'setTimeout(() => { throw new Error("late") }, 60); 0'],
    ['leaves a rejection behind', 'setTimeout(() => void Promise.reject(new Error("late")), 60); 0'],
  ])('fails a cell that %s after it ended, even the last one', async (_what, source) => {
    const path = await writeNotebookOf(source);
    expect((await problemsOf(path, onCourse)).join()).toContain(
      `chapter.ipynb, cell 1 (${source}): Error: late`,
    );
    expect((await problemsOf(path, { kernel: plainTslab })).join()).toContain('late');
  });

  it('blames the cell that began it, though later cells have run', async () => {
    const path = await writeNotebookOf(
      'const timer = setTimeout(() => { throw new Error("late") }, 30);',
      'await new Promise((go) => setTimeout(go, 200));',
      '2',
    );
    expect((await runNotebook(path, onCourse)).problems.map(({ cell }) => cell)).toEqual([1]);
  });

  it.each([
    ["the course's kernel", courseKernel],
    ['plain tslab', plainTslab],
  ])('lets a marked cell fail and goes on, on %s', async (_name, kernel) => {
    const meant = { tags: ['raises-exception'] };
    const good = await writeNotebookOf(['throw new Error("meant")', meant], 'const after: number = 1;');
    expect(await problemsOf(good, { kernel })).toEqual([]);
    const wrong = await writeNotebookOf(['const calm = 1;', meant]);
    expect(await problemsOf(wrong, { kernel })).toEqual([
      'chapter.ipynb, cell 1 (const calm = 1;): is tagged raises-exception and raised none',
    ]);
  });

  it('interrupts a cell that does not end, says so, and runs the others', async () => {
    const path = await writeNotebookOf(
      ['for (;;) await new Promise((go) => setTimeout(go, 5));', { 'streaming-rag': { timeoutMs: 300 } }],
      '["alive"]',
    );
    const { problems, executed } = await runNotebook(path, onCourse);
    expect(problems.map(({ cell }) => cell)).toEqual([1, 1]);
    expect(problems[0]?.message).toBe('did not end within 300 ms and was interrupted');
    expect(executed.cells[1]?.outputs).toMatchObject([{ data: { 'text/plain': "[ 'alive' ]" } }]);
  });

  it('says which cell ended the kernel', async () => {
    const path = await writeNotebookOf(
      '1',
      'process.kill(process.pid, "SIGKILL"); await new Promise(() => {});',
    );
    expect(await problemsOf(path, onCourse)).toEqual([
      expect.stringMatching(/cell 2 \(process\.kill.*the kernel ended in this cell/),
    ]);
  });
});

describe('comparing a run with what is committed', () => {
  it('shows a difference as a diff that names the cell', async () => {
    const path = await writeNotebookOf('const n = 1;', 'console.log("one");\nconsole.log("two")');
    const run = await runNotebook(path, onCourse);
    await writeNotebook(path, run.executed);
    expect(differences('chapter.ipynb', await runNotebook(path, onCourse))).toEqual([]);

    const changed = (await readFile(path, 'utf8')).replace('"two\\n"', '"three\\n"');
    await writeNotebook(path, parseNotebook(changed, path));
    const [problem, ...others] = differences('chapter.ipynb', await runNotebook(path, onCourse));
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ cell: 2, firstLine: 'console.log("one");' });
    expect(problem?.message).toContain('- three');
    expect(problem?.message).toContain('+ two');
  });

  it('sees neither a time nor what the author masks, and writes no noise', async () => {
    const path = await writeNotebookOf('console.log(`took ${performance.now().toFixed(2)} ms`)', [
      'Math.random()',
      { 'streaming-rag': { masks: ['0\\.\\d+'] } },
    ]);
    await writeNotebook(path, (await runNotebook(path, onCourse)).executed);
    const committed = await readFile(path, 'utf8');
    const again = await runNotebook(path, onCourse);
    expect(differences('chapter.ipynb', again)).toEqual([]);
    expect(formatNotebook(again.executed)).not.toBe(committed);
    keepEqualOutputs(again);
    expect(formatNotebook(again.executed)).toBe(committed);
  });

  it('asks for a notebook that was never run to be run', async () => {
    const run = await runNotebook(await writeNotebookOf('const quiet = 1;'), onCourse);
    expect(differences('chapter.ipynb', run)).toMatchObject([{ cell: 1 }]);
  });
});
