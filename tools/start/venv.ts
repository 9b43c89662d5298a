import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Checkout } from './checkout.ts';
import type { Children, Finished } from './children.ts';
import { explainInstallFailure } from './install-failure.ts';
import type { Progress } from './progress.ts';
import type { Python } from './python-finder.ts';
import { StartError } from './start-error.ts';
import { pinnedJupyterlab, readStamp, requirementsHash, writeStamp } from './venv-stamp.ts';

export interface VenvTools {
  checkout: Checkout;
  children: Children;
  progress: Progress;
  env: NodeJS.ProcessEnv;
}

interface Recipe {
  name: string;
  steps: { command: string; args: string[] }[];
}

/** Options of the installers that must not come from the user's own settings; the index and its credentials must. */
export function installerEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own: NodeJS.ProcessEnv = {
    ...env,
    PIP_NO_CACHE_DIR: '1',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_NO_INPUT: '1',
    PIP_REQUIRE_VIRTUALENV: '0',
    PIP_USER: '0',
    PIP_PROGRESS_BAR: 'off',
    UV_NO_CACHE: '1',
    UV_NO_PROGRESS: '1',
    UV_COMPILE_BYTECODE: '1',
    // Nothing comes from anywhere but the package index: uv would fetch a Python from GitHub.
    UV_PYTHON_DOWNLOADS: env['UV_PYTHON_DOWNLOADS'] ?? 'never',
    PYTHONIOENCODING: 'utf-8',
  };
  for (const name of [
    'PIP_TARGET',
    'PIP_PREFIX',
    'PIP_ROOT',
    'PIP_DRY_RUN',
    'VIRTUAL_ENV',
    'UV_PROJECT_ENVIRONMENT',
  ])
    delete own[name];
  // For the install alone: Python's own switch would also keep pip from compiling what it installs.
  delete own['PYTHONDONTWRITEBYTECODE'];
  return own;
}

/** The ways to make the environment that this machine offers, best first. */
export function recipesFor(
  { venv, venvPython, requirements }: Checkout,
  python: Python | undefined,
  uv: boolean,
): Recipe[] {
  const install = ['install', '--no-deps', '-r', requirements];
  const recipes: Recipe[] = [];
  if (uv) {
    recipes.push({
      name: 'uv',
      steps: [
        { command: 'uv', args: ['venv', '--no-project', '--python', python?.executable ?? '>=3.10', venv] },
        { command: 'uv', args: ['pip', 'install', '--python', venvPython, ...install.slice(1)] },
      ],
    });
  }
  if (python?.hasEnsurepip) {
    recipes.push({
      name: 'venv and pip',
      steps: [
        { command: python.executable, args: ['-m', 'venv', venv] },
        { command: venvPython, args: ['-m', 'pip', ...install] },
      ],
    });
  } else if (python?.hasPip) {
    recipes.push({
      name: 'venv without pip, and the pip beside it',
      steps: [
        { command: python.executable, args: ['-m', 'venv', '--without-pip', venv] },
        { command: python.executable, args: ['-m', 'pip', '--python', venvPython, ...install] },
      ],
    });
  }
  return recipes;
}

/**
 * Makes `.venv` in place, and writes its stamp last: an environment that was killed half-way has none, and is made
 * again. What was there before is kept until the new one stands, and comes back if it cannot be made.
 *
 * @returns undefined if it stands, else why not.
 */
export async function makeVenv(recipes: readonly Recipe[], tools: VenvTools): Promise<string | undefined> {
  const { checkout, children, progress } = tools;
  const env = installerEnvironment(tools.env);
  const before = moveAway(checkout, progress);
  let failure = 'There is no way to make a Python environment here.';
  for (const recipe of recipes) {
    rmSync(checkout.venv, { recursive: true, force: true, maxRetries: 3 });
    progress.update({
      detail: `making .venv with ${recipe.name} (once, about 20 s)`,
      fraction: 0,
      announce: true,
    });
    const finished = await runRecipe(recipe, tools, env);
    const answer =
      finished.status === 0
        ? await children.run(
            checkout.venvPython,
            ['-c', 'import sys, jupyterlab; print(sys.version.split()[0])'],
            {
              env,
              limitMs: 120_000,
            },
          )
        : finished;
    if (answer.status === 0) {
      // JupyterLab runs a Node script from there, which our own package.json would turn into an ES module.
      writeFileSync(join(checkout.venv, 'package.json'), '{"type":"commonjs"}\n');
      writeStamp(checkout.venv, {
        requirements: requirementsHash(checkout),
        python: answer.stdout.trim(),
        jupyterlab: pinnedJupyterlab(checkout),
        madeBy: recipe.name,
      });
      before.drop();
      return undefined;
    }
    failure = `${recipe.name}: ${explainInstallFailure(answer.lines)}`;
  }
  rmSync(checkout.venv, { recursive: true, force: true, maxRetries: 3 });
  before.restore();
  return failure;
}

/** How far uv is when it says so; it names no single packages. */
const uvStages = [
  { word: 'Resolved ', fraction: 0.1 },
  { word: 'Prepared ', fraction: 0.5 },
  { word: 'Installed ', fraction: 0.7 },
] as const;

async function runRecipe(
  { steps }: Recipe,
  { checkout, children, progress }: VenvTools,
  env: NodeJS.ProcessEnv,
): Promise<Finished> {
  const wanted = readFileSync(checkout.requirements, 'utf8').split('\n').filter(Boolean).length;
  let collected = 0;
  let fraction = 0;
  let finished: Finished = { status: 0, lines: [], stdout: '' };
  for (const { command, args } of steps) {
    finished = await children.run(command, args, {
      cwd: checkout.root,
      env,
      onLine: (line) => {
        if (line.startsWith('Collecting ')) collected++;
        const uvStage = uvStages.find(({ word }) => line.startsWith(word));
        const pipFraction = line.startsWith('Installing collected') ? 0.9 : (0.85 * collected) / wanted;
        fraction = Math.max(fraction, uvStage?.fraction ?? pipFraction);
        progress.update({ detail: line.trim().slice(0, 60), fraction });
      },
    });
    if (finished.status !== 0) return finished;
  }
  return finished;
}

function moveAway(checkout: Checkout, progress: Progress): ReturnType<typeof setAside> {
  try {
    return setAside(checkout, progress);
  } catch (error) {
    // Windows does not move what a running program has open; elsewhere it may belong to another user.
    const { code } = error as NodeJS.ErrnoException;
    throw new StartError(
      `${checkout.venv} is to be made again and cannot be moved (${code ?? String(error)}): ` +
        'close every JupyterLab and editor that uses it, or delete it, then run `npm start` again.',
      { cause: error },
    );
  }
}

/** Moves the environment that is there out of the way. One that this project did not make is never deleted. */
function setAside(
  { root, venv, state }: Checkout,
  progress: Progress,
): { drop: () => void; restore: () => void } {
  const building = join(state, 'venv-in-the-making');
  const before = join(state, 'venv-before');
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const isOurs = readStamp(venv) !== undefined || existsSync(building);
  if (existsSync(venv)) {
    if (readStamp(venv) !== undefined) {
      rmSync(before, { recursive: true, force: true, maxRetries: 3 });
      renameSync(venv, before);
    } else if (isOurs) {
      rmSync(venv, { recursive: true, force: true, maxRetries: 3 });
    } else {
      let kept = join(root, '.venv-yours');
      for (let count = 2; existsSync(kept); count++) kept = join(root, `.venv-yours-${count}`);
      renameSync(venv, kept);
      progress.note(`The .venv that was here was not made by \`npm start\`: it is kept as ${kept}.`);
    }
  }
  writeFileSync(building, `${process.pid}\n`);
  return {
    drop: () => {
      rmSync(before, { recursive: true, force: true, maxRetries: 3 });
      rmSync(building, { force: true });
    },
    restore: () => {
      if (existsSync(before)) renameSync(before, venv);
      rmSync(building, { force: true });
    },
  };
}
