import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { buildLibrary } from '../../tools/build-library.ts';
import { type Checkout, checkoutAt } from '../../tools/start/checkout.ts';
import { Children } from '../../tools/start/children.ts';
import { Progress } from '../../tools/start/progress.ts';
import { requirementsHash, writeStamp } from '../../tools/start/venv-stamp.ts';
import type { VenvTools } from '../../tools/start/venv.ts';
import { type FakeCall, type FakePython, readCalls, writeProgram } from './fake-programs.ts';

export const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** A Python with all its parts. */
export const goodPython: FakePython = {
  version: '3.13.1',
  hasEnsurepip: true,
  hasPip: true,
  jupyterlab: null,
};

export interface FakeMachine {
  root: string;
  checkout: Checkout;
  env: NodeJS.ProcessEnv;
  /** Puts a Python on PATH under this name. */
  addPython: (name: string, python: FakePython) => void;
  /** Puts the library's build and the Python side there, as an earlier start leaves them. */
  prepare: (python: FakePython) => void;
  addUv: (python?: Partial<FakePython>) => void;
  /** Puts an installed `jupyter-lab` on PATH. */
  addLab: (version: string) => void;
  /** What the fake programs were called with, in order. */
  calls: () => FakeCall[];
  /** What the parts of a start take, and what they printed. */
  tools: VenvTools & { printed: () => string };
}

/**
 * A checkout of almost nothing in a folder with a space and Chinese characters in its name, and a PATH on which only
 * fake programs are: they behave as Python, pip, uv and JupyterLab do, and write down what they were asked.
 */
export function fakeMachine(): FakeMachine {
  const base = mkdtempSync(join(tmpdir(), 'fake machine 课程-'));
  onTestFinished(() => rmSync(base, { recursive: true, force: true, maxRetries: 5 }));
  const root = join(base, 'streaming rag 检索');
  const bin = join(base, 'bin');
  const log = join(base, 'calls.jsonl');
  for (const folder of [bin, join(root, 'src'), join(root, 'notebooks'), join(base, 'home')]) {
    mkdirSync(folder, { recursive: true });
  }
  writeSources(root);
  writeFileSync(join(root, 'requirements.txt'), 'jupyterlab==4.6.6\ntornado==6.6.1\n');
  writeFileSync(join(root, 'notebooks', '00-start-here.ipynb'), '{"cells":[],"metadata":{},"nbformat":4}');
  const env: NodeJS.ProcessEnv = { PATH: bin, HOME: join(base, 'home'), FAKE_LOG: log, CI: 'true' };
  const texts: string[] = [];
  const checkout = checkoutAt(root);
  mkdirSync(checkout.state);
  return {
    root,
    checkout,
    env,
    addPython: (name, python) => writeProgram(join(bin, name), 'fakePython', python),
    prepare: (python) => {
      cpSync(builtLibrary(), join(root, 'dist'), { recursive: true });
      writeProgram(checkout.venvPython, 'fakePython', python);
      writeFileSync(join(checkout.venv, 'bin', 'jupyterlab-is-installed'), '');
      const stamp = { requirements: requirementsHash(checkout), jupyterlab: '4.6.6', madeBy: 'a test' };
      writeStamp(checkout.venv, { ...stamp, python: python.version });
    },
    addUv: (python = {}) => writeProgram(join(bin, 'uv'), 'fakeUv', { ...goodPython, ...python }),
    addLab: (version) => writeProgram(join(bin, 'jupyter-lab'), 'fakeLab', { version }),
    calls: () => readCalls(log),
    tools: {
      checkout,
      children: new Children(),
      progress: new Progress({ write: (text) => texts.push(text), live: false }),
      env,
      printed: () => texts.join(''),
    },
  };
}

/** The smallest library that the build takes. */
function writeSources(root: string): void {
  mkdirSync(join(root, 'src'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  writeFileSync(join(root, 'src', 'index.ts'), "export const here = 'yes';\n");
  for (const name of ['tsconfig.json', 'tsconfig.build.json'])
    cpSync(join(repository, name), join(root, name));
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'), 'junction');
}

let built: string | undefined;

/** Its `dist/`, built once for all tests of a file: the compiler takes seconds. */
function builtLibrary(): string {
  if (built === undefined) {
    const root = mkdtempSync(join(tmpdir(), 'fake-library-'));
    process.once('exit', () => rmSync(root, { recursive: true, force: true }));
    writeSources(root);
    buildLibrary({ root });
    built = join(root, 'dist');
  }
  return built;
}
