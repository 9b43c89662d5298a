import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { differences } from '../../tools/notebooks/compare.ts';
import { courseKernel, plainTslab, root } from '../../tools/notebooks/kernel-command.ts';
import { formatProblem, runNotebook } from '../../tools/notebooks/run-notebook.ts';

const folder = join(root, 'notebooks');
const chapters = readdirSync(folder).filter((name) => name.endsWith('.ipynb'));
const chapterTimeoutMs = 240_000;

describe("on the course's kernel", () => {
  it.each(chapters)(
    '%s gives what is committed',
    async (name) => {
      const run = await runNotebook(join(folder, name), { kernel: courseKernel });
      expect([...run.problems, ...differences(name, run)].map(formatProblem)).toEqual([]);
    },
    chapterTimeoutMs,
  );
});

describe('on tslab as it comes from npm', () => {
  it.each(chapters)(
    '%s runs without an error',
    async (name) => {
      const { problems } = await runNotebook(join(folder, name), { kernel: plainTslab });
      expect(problems.map(formatProblem)).toEqual([]);
    },
    chapterTimeoutMs,
  );
});
