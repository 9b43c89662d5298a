import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { check, hint, solution } from '../../src/workbook/exercises/check.ts';
import { countdown } from '../../exercises/generators/close-it/solution.ts';
import { countdown as stub } from '../../exercises/generators/close-it/stub.ts';
import { displaySymbol } from '../../src/workbook/exercises/shown.ts';
import { Progress } from '../../src/workbook/exercises/progress.ts';
import { progressReport } from '../../src/workbook/exercises/progress-report.ts';
import { runCheck } from '../../src/workbook/exercises/run-check.ts';
import type { Exercise } from '../../src/workbook/exercises/exercise.ts';

function temporaryProgress(): Progress {
  const folder = mkdtempSync(join(tmpdir(), 'progress-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return new Progress(join(folder, 'my', 'progress.json'));
}

const callIt: Exercise<() => unknown> = {
  number: '9.9',
  title: 'Call it',
  task: 'Return 1.',
  answerName: 'answer',
  tries: [
    { tried: 'one call', expected: 1, run: (answer) => answer() },
    { tried: 'another call', expected: 1, run: (answer) => answer() },
  ],
};
const tryOf = (answer: () => unknown) => runCheck(callIt, answer, { limitMs: 500 });

describe('a check of code that does not behave', () => {
  it('should end an endless loop and live on', async () => {
    const { failure } = await tryOf(() => {
      for (;;);
    });
    expect(failure?.came).toEqual({ stuck: 'loop' });
    expect(failure?.because).toContain('a loop never ends');
    expect((await tryOf(() => 1)).passed).toBe(true);
  });

  it('should end an endless loop that begins after an await', async () => {
    const { failure } = await tryOf(async () => {
      await Promise.resolve();
      for (;;);
    });
    expect(failure?.came).toEqual({ stuck: 'loop' });
    expect((await tryOf(() => 1)).passed).toBe(true);
  });

  it('should end a loop of awaits that never lets a timer fire', async () => {
    const { failure } = await tryOf(async () => {
      for (;;) await Promise.resolve();
    });
    expect(failure?.came).toEqual({ stuck: 'loop' });
  });

  it('should end a loop that catches everything', async () => {
    const { failure } = await tryOf(() => {
      for (;;) {
        try {
          for (;;);
        } catch {
          continue;
        }
      }
    });
    expect(failure?.came).toEqual({ stuck: 'loop' });
  });

  it('should say so when a promise does not settle', async () => {
    const { failure } = await tryOf(() => new Promise(() => {}));
    expect(failure?.came).toEqual({ stuck: 'waiting' });
    expect(failure?.because).toContain('it waits for something that never happens');
  });

  it('should give back what was thrown, sooner or later, and stop at the first failure', async () => {
    const error = new Error('no');
    const sooner = await tryOf(() => {
      throw error;
    });
    expect(sooner.failure?.came).toEqual({ error });
    expect(sooner.outcomes.map(({ state }) => state)).toEqual(['failed', 'not tried']);
    const later = await tryOf(() => Promise.reject(error));
    expect(later.failure?.came).toEqual({ error });
  });

  it('should refuse a time limit that is none', async () => {
    await expect(runCheck(callIt, () => 1, { limitMs: 0 })).rejects.toThrow(
      '`limitMs` must be a number above 0, got 0',
    );
  });
});

describe('check', () => {
  it('should show what was checked, tried, came and was expected, as text and as HTML', async () => {
    const result = await check('generators/close-it', stub, { progress: temporaryProgress() });
    expect(inspect(result)).toMatch(/✗ 1\.2 Close it anyway: not yet\n {2}checked: function countdown\(from/);
    expect(inspect(result)).toContain('✓ read to the end');
    expect(inspect(result)).toMatch(/✗ `break` after the first number\n {6}came: {5}0\n {6}expected: 1/);
    expect(inspect(result)).toContain('· an error thrown in the body of the loop');
    expect(inspect(result)).toContain("Stuck? await hint('generators/close-it')");
    const html = result[displaySymbol]()['text/html'];
    expect(html).toContain('<th style="text-align:left;vertical-align:top">came</th>');
    expect(html).toContain('<code>break</code> after the first number');
    expect(html).not.toMatch(/<(svg|style|script|input)/);
  });

  it('should remember attempts and the first pass, and no untouched stub', async () => {
    const progress = temporaryProgress();
    await check('close-it', stub, { progress });
    expect(progress.read()).toEqual({});
    await check('1.2', () => [][Symbol.iterator](), { progress });
    const result = await check('generators/close-it', countdown, { progress });
    expect(result.passed).toBe(true);
    const { attempts, passedAt } = progress.of('generators/close-it');
    expect(attempts).toBe(2);
    await check('generators/close-it', countdown, { progress });
    expect(progress.of('generators/close-it').passedAt).toBe(passedAt);
  });

  it('should say how to call it when it gets something else than the function', async () => {
    const progress = temporaryProgress();
    const call = "await check('generators/close-it', countdown)";
    await expect(check('close-it', undefined, { progress })).rejects.toThrow(
      `check needs the function itself, got undefined: ${call}`,
    );
    await expect(
      check(
        'close-it',
        countdown(1, () => {}),
        { progress },
      ),
    ).rejects.toThrow('not the iterator that it returns');
    await expect(check('close-him', countdown, { progress })).rejects.toThrow(
      /no one exercise called 'close-him'\. There are: .*generators\/close-it/,
    );
  });

  it('should give the result all the same when progress cannot be saved', async () => {
    const progress = temporaryProgress();
    writeFileSync(join(progress.path, '../..', 'my'), 'a file where the folder should be');
    const result = await check('close-it', countdown, { progress });
    expect(result.passed).toBe(true);
    expect(String(result)).toContain('Your progress could not be saved');
  });
});

describe('hint and solution', () => {
  it('should show one hint after the other and remember the strongest', async () => {
    const progress = temporaryProgress();
    const shown = [];
    for (let count = 0; count < 4; count++)
      shown.push(String(await hint('close-it', undefined, { progress })));
    expect(shown.map((text) => text.slice(0, 11))).toEqual(
      ['1', '2', '3', '3'].map((number) => `Hint ${number} of 3`),
    );
    expect(progress.of('generators/close-it').hints).toBe(3);
    await expect(hint('close-it', 4, { progress })).rejects.toThrow('from 1 to 3, got 4');
  });

  it('should open the solution once it is passed, or on demand', async () => {
    const progress = temporaryProgress();
    expect(String(await solution('close-it', { progress }))).toContain('is not passed yet');
    expect(progress.read()).toEqual({});
    const opened = String(await solution('close-it', { progress, now: true }));
    expect(opened).toContain('function countdown(from: number');
    expect(opened).not.toContain('export ');
    await check('close-it', countdown, { progress });
    expect(String(await solution('close-it', { progress }))).toContain('const close =');
  });
});

it('should keep the whole file readable between two writes', () => {
  const progress = temporaryProgress();
  progress.update('a/b', (record) => ({ ...record, attempts: 1 }));
  expect(JSON.parse(readFileSync(progress.path, 'utf8'))).toEqual({
    format: 1,
    exercises: { 'a/b': { attempts: 1, hints: 0 } },
  });
});

it('should report what is passed and what is not', async () => {
  const progress = temporaryProgress();
  await check('close-it', countdown, { progress });
  const report = await progressReport({ progress });
  expect(String(report)).toMatch(/^1 of \d+ exercises passed\n/);
  expect(String(report)).toContain('✓ 1.2 Close it anyway');
  expect(String(report)).toContain('· 1.1 Neighbours');
  expect(report[displaySymbol]()['text/html']).toContain('<progress max=');
});
