import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { loadExercises } from '../../src/workbook/exercises/exercise-files.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const id = 'generators/close-it';

function learner() {
  const folder = mkdtempSync(join(tmpdir(), 'learn-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const environment = { ...process.env, STREAMING_RAG_MY: join(folder, 'my') };
  return {
    folder,
    environment,
    file: join(folder, 'my', `${id}.ts`),
    learn: (...words: string[]) => {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [join(root, 'tools/run.mjs'), 'learn', ...words],
        { cwd: folder, encoding: 'utf8', env: environment },
      );
      return { status, stdout, stderr };
    },
  };
}

const answerPath = (name: string) => join(root, 'exercises', id, name);

it('should lead from the list over a wrong answer and a hint to the solution', async () => {
  const { learn, file } = learner();
  const all = await loadExercises();
  const list = learn();
  expect(list.status).toBe(0);
  for (const { id: each, exercise } of all) {
    expect(list.stdout).toMatch(new RegExp(`· ${exercise.number} .* ${each}`));
  }
  expect(list.stdout).toContain(`0 of ${all.length} passed.`);

  expect(learn('check', id)).toMatchObject({ status: 2, stdout: '' });
  expect(learn('start', '1.2').stdout).toContain('Then: npm run learn -- check generators/close-it');
  expect(readFileSync(file, 'utf8')).toBe(readFileSync(answerPath('stub.ts'), 'utf8'));
  expect(learn('check', id)).toMatchObject({ status: 1 });

  copyFileSync(answerPath('wrong/goes-on.ts'), file);
  const wrong = learn('check', id);
  expect(wrong.status).toBe(1);
  expect(wrong.stdout).toContain('a closed iterator stays closed');
  expect(learn('hint', id).stdout).toContain('Hint 1 of 3');
  expect(learn('solution', id)).toMatchObject({ status: 1 });

  copyFileSync(answerPath('solution.ts'), file);
  expect(learn('check', id)).toMatchObject({ status: 0, stderr: '' });
  expect(learn('solution', id).stdout).toContain('function countdown(from: number');
  expect(learn().stdout).toMatch(/✓ 1\.2 Close it anyway +generators\/close-it {2}\(2 checks, 1 hint\)/);
});

it('should keep the old answer on reset, and refuse to start over it', () => {
  const { learn, file } = learner();
  learn('start', id);
  writeFileSync(file, '// mine');
  expect(learn('start', id).stdout).toContain('is there already');
  learn('reset', id);
  learn('reset', id);
  expect(readFileSync(`${file}.old`, 'utf8')).toBe('// mine');
  expect(existsSync(`${file}.old-2`)).toBe(true);
  expect(readFileSync(file, 'utf8')).toContain('TODO');
});

it.each([
  ['export const = ;', 'SyntaxError'],
  ['\nthrow new TypeError("at the top");', 'TypeError: at the top, line 2'],
  ['export function other() {}', 'must export a function called countdown; it exports other'],
  ['for (;;);', 'a loop at its top level never ends'],
])('should say in a sentence what is wrong with the file %j', (text, message) => {
  const { learn, file } = learner();
  learn('start', id);
  writeFileSync(file, text);
  const { status, stderr } = learn('check', id);
  expect(status).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/^\s+at /m);
});

it('should carry progress from one machine to another', () => {
  const [one, other] = [learner(), learner()];
  one.learn('hint', id);
  const file = join(one.folder, 'progress-of-one.json');
  expect(one.learn('export', file).status).toBe(0);
  expect(one.learn('export', file)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('not overwritten'),
  });
  expect(other.learn('import', file).stdout).toContain('progress in 1 exercises');
  expect(other.learn().stdout).toContain('(1 hint)');
  writeFileSync(file, 'no JSON');
  expect(other.learn('import', file)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('could not be read'),
  });
});

it.each([[['jump']], [['check']], [['check', 'nothing']], [['--loud']], [['start', 'a', 'b']]])(
  'should refuse %j with a sentence',
  (words) => {
    const { status, stderr } = learner().learn(...words);
    expect(status).toBe(2);
    expect(stderr).not.toMatch(/^\s+at /m);
  },
);

it('should check again each time the file is saved', async () => {
  const { learn, file, folder, environment } = learner();
  learn('start', id);
  const watching = spawn(process.execPath, [join(root, 'tools/run.mjs'), 'learn', 'check', id, '--watch'], {
    cwd: folder,
    env: environment,
  });
  const ended = new Promise<number | null>((resolve) => watching.once('exit', resolve));
  onTestFinished(() => void watching.kill());
  let output = '';
  const seen = (text: string) =>
    new Promise<void>((resolve) => {
      const look = () => void (output.includes(text) && resolve());
      watching.stdout.on('data', (piece: Buffer) => {
        output += String(piece);
        look();
      });
      look();
    });
  await seen('Waiting for you to save');
  expect(output).toContain('not yet');
  copyFileSync(answerPath('solution.ts'), file);
  await seen('1.2 Close it anyway: passed');
  watching.kill('SIGINT');
  expect(await ended).toBe(0);
});
