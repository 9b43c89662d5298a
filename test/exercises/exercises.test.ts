import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CheckResult } from '../../src/workbook/exercises/check-result.ts';
import {
  loadExercises,
  readHints,
  solutionCell,
  stubCell,
} from '../../src/workbook/exercises/exercise-files.ts';
import type { CheckOutcome, Exercise } from '../../src/workbook/exercises/exercise.ts';
import { runCheck } from '../../src/workbook/exercises/run-check.ts';

const all = await loadExercises();
const wrongMinimum = 3;
const hintCount = 3;

async function moduleOf(path: string): Promise<Record<string, unknown>> {
  return (await import(/* @vite-ignore */ pathToFileURL(path).href)) as Record<string, unknown>;
}

async function outcomeOf(exercise: Exercise<unknown>, path: string): Promise<CheckOutcome> {
  const answer = (await moduleOf(path))[exercise.answerName];
  expect(answer, `${path} exports ${exercise.answerName}`).toBeTypeOf('function');
  return runCheck(exercise, answer);
}

/** Lines that only somebody who knows the solution writes: not in the stub, and more than punctuation. */
function tellingLines(solution: string, stub: string): string[] {
  const known = new Set(stub.split('\n').map((line) => line.trim()));
  return solution
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.length >= 8 && /\w{3}/.test(line) && !known.has(line));
}

const squeezed = (text: string) => text.replaceAll(/\s+/g, '');

describe.each(all)('exercise $exercise.number, $id', (files) => {
  const { exercise, folder } = files;
  const wrong = readdirSync(join(folder, 'wrong')).filter((name) => name.endsWith('.ts'));

  it('should fail its stub, with a word to somebody who has not begun', async () => {
    const outcome = await outcomeOf(exercise, join(folder, 'stub.ts'));
    expect(outcome.passed).toBe(false);
    expect(stubCell(files)).toContain('TODO');
    const shown = String(
      new CheckResult(exercise, outcome, {
        id: files.id,
        graded: '…',
        isStub: true,
        hintCall: 'hint()',
        solutionCall: 'solution()',
      }),
    );
    expect(shown).toContain('This still holds its TODO');
  });

  it('should pass its solution in every try', async () => {
    const outcome = await outcomeOf(exercise, join(folder, 'solution.ts'));
    expect(outcome).toEqual({
      passed: true,
      outcomes: exercise.tries.map(({ tried }) => ({ tried, state: 'passed' })),
    });
  });

  it('should have wrong answers and hints enough', () => {
    expect(wrong.length).toBeGreaterThanOrEqual(wrongMinimum);
    expect(readHints(files)).toHaveLength(hintCount);
    expect(stubCell(files)).not.toMatch(/^export /m);
    expect(stubCell(files).split('\n').length).toBeLessThanOrEqual(25);
  });

  it.each(wrong)('should explain what is wrong in %s', async (name) => {
    const path = join(folder, 'wrong', name);
    const { explains } = await moduleOf(path);
    expect(explains).toBeTypeOf('string');
    const outcome = await outcomeOf(exercise, path);
    expect(outcome.passed).toBe(false);
    expect(outcome.failure?.because).toContain(explains);
  });

  it('should not give the answer away in a message or in the first hint', async () => {
    const lines = tellingLines(solutionCell(files), stubCell(files));
    expect(lines).not.toEqual([]);
    const outcomes = await Promise.all(
      ['stub.ts', ...wrong.map((name) => join('wrong', name))].map((path) =>
        outcomeOf(exercise, join(folder, path)),
      ),
    );
    const said = [
      exercise.task,
      readHints(files)[0]!,
      ...exercise.tries.map(({ tried }) => tried),
      ...outcomes.map(({ failure }) => failure!.because),
    ].map(squeezed);
    const given = lines.filter((line) => said.some((text) => text.includes(squeezed(line))));
    expect(given).toEqual([]);
  });
});

describe('the chapters', () => {
  it('should have numbers that are all different', () => {
    const numbers = all.map(({ exercise }) => exercise.number);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  const chapter = new URL('../../notebooks/01-generators.ipynb', import.meta.url);
  it.runIf(existsSync(chapter))('should hold each stub and its check as the exercise has them', () => {
    const notebook = JSON.parse(readFileSync(chapter, 'utf8')) as { cells: { source: string[] }[] };
    const cells = notebook.cells.map(({ source }) => source.join(''));
    for (const files of all.filter(({ id }) => id.startsWith('generators/'))) {
      expect(cells).toContain(stubCell(files));
      expect(
        cells.filter((cell) => cell.includes(`check('${files.id}', ${files.exercise.answerName})`)),
      ).not.toEqual([]);
    }
  });
});
