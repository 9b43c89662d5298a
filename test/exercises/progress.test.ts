import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { Progress } from '../../src/workbook/exercises/progress.ts';

const source = fileURLToPath(new URL('../../src/workbook/exercises/progress.ts', import.meta.url));

function temporaryProgress(): Progress {
  const folder = mkdtempSync(join(tmpdir(), 'progress-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return new Progress(join(folder, 'progress.json'));
}

const attempt = (progress: Progress, id: string) =>
  progress.update(id, (record) => ({ ...record, attempts: record.attempts + 1 }));

it('should lose nothing when several processes write at once', async () => {
  const progress = temporaryProgress();
  const [writers, writes] = [3, 40];
  const code = `
    import { Progress } from ${JSON.stringify(source)};
    const progress = new Progress(${JSON.stringify(progress.path)});
    for (let count = 0; count < ${writes}; count++)
      progress.update('a/b', (record) => ({ ...record, attempts: record.attempts + 1 }));`;
  const run = promisify(execFile);
  await Promise.all(
    Array.from({ length: writers }, () =>
      run(process.execPath, ['--input-type=module-typescript', '--eval', code]),
    ),
  );
  expect(progress.of('a/b').attempts).toBe(writers * writes);
  expect(readdirSync(dirname(progress.path))).toEqual(['progress.json']);
});

it('should take over a lock that a killed process left', () => {
  const progress = temporaryProgress();
  const lock = `${progress.path}.lock`;
  writeFileSync(lock, '');
  utimesSync(lock, new Date(0), new Date(0));
  attempt(progress, 'a/b');
  expect(progress.of('a/b').attempts).toBe(1);
  expect(existsSync(lock)).toBe(false);
});

it('should set a damaged file aside, twice if need be, and say so', () => {
  const progress = temporaryProgress();
  mkdirSync(dirname(progress.path), { recursive: true });
  for (const [text, name] of [
    ['{"format":', '.damaged'],
    ['{"format": 2}', '.damaged-2'],
  ]) {
    writeFileSync(progress.path, text!);
    expect(progress.read()).toEqual({});
    attempt(progress, 'a/b');
    expect(readFileSync(progress.path + name, 'utf8')).toBe(text);
  }
  expect(progress.notes).toHaveLength(2);
  expect(progress.notes[1]).toContain('not a progress file of format 1');
});

it('should export, and import what another file knows without losing what is here', () => {
  const [here, there] = [temporaryProgress(), temporaryProgress()];
  here.update('a/b', () => ({ attempts: 5, hints: 1 }));
  there.update('a/b', () => ({ attempts: 2, hints: 3, passedAt: '2026-02-01T00:00:00.000Z' }));
  there.update('c/d', () => ({ attempts: 1, hints: 0 }));
  const merged = {
    'a/b': { attempts: 5, hints: 3, passedAt: '2026-02-01T00:00:00.000Z' },
    'c/d': { attempts: 1, hints: 0 },
  };
  expect(here.import(there.export())).toEqual(merged);
  expect(here.import(there.export())).toEqual(merged);
});

it.each([
  ['[]', 'its `format` is undefined'],
  ['null', 'its `format` is undefined'],
  ['{"format":1}', 'it has no `exercises`'],
  ['{"format":1,"exercises":{"a/b":{"attempts":-1,"hints":0}}}', "of 'a/b' must be integers from 0 up"],
])('should refuse to import %s', (text, message) => {
  const progress = temporaryProgress();
  attempt(progress, 'a/b');
  expect(() => progress.import(text)).toThrow(message);
  expect(progress.of('a/b').attempts).toBe(1);
});
