import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { oldestPython, findPython } from './python-finder.ts';
import { StartError } from './start-error.ts';
import { type VenvTools, makeVenv, recipesFor } from './venv.ts';
import { pinnedJupyterlab, readStamp, requirementsHash } from './venv-stamp.ts';

/** A Python side that stands: what starts JupyterLab, and what marks notebooks as trusted. */
export interface PythonSide {
  lab: { command: string; args: string[] };
  trust: { command: string; args: string[] };
  /** One line for the reader. */
  said: string;
}

/**
 * The Python side, made if there is none: a good `.venv`; else one made with uv, with venv and pip, or with venv and the
 * pip beside it; else an installed JupyterLab 4 or newer.
 *
 * @throws StartError that says what is missing and what to do.
 */
export async function preparePythonSide(tools: VenvTools): Promise<PythonSide> {
  const { checkout, children, env, progress } = tools;
  const ready = await readyVenv(tools);
  if (ready) return ready;
  const remembered = await rememberedInstall(tools);
  if (remembered) return remembered;

  progress.update({ detail: 'looking for Python' });
  const { found: python, tooOld } = await findPython(children, env);
  const hasUv = (await children.run('uv', ['--version'], { env, limitMs: 20_000 })).status === 0;
  const recipes = recipesFor(checkout, python, hasUv);
  let failure: string | undefined;
  if (recipes.length > 0) {
    failure = await makeVenv(recipes, tools);
    if (failure === undefined) {
      const side = await readyVenv(tools);
      if (side) return { ...side, said: `made .venv: ${side.said}` };
      failure = 'It was made, but does not answer.';
    }
    const older = await readyVenv(tools, { anyRequirements: true });
    if (older) {
      progress.note(
        `The newer packages could not be installed; going on with the older ones. ${firstLine(failure)}`,
      );
      return older;
    }
  }
  const installed = await installedJupyter(tools, python?.executable, python?.jupyterlab);
  if (installed) {
    if (failure !== undefined) {
      progress.note(`Going on with the JupyterLab installed here. ${firstLine(failure)}`);
      progress.note(`Later starts do the same, until ${join(checkout.state, memoryName)} is deleted.`);
    }
    return installed;
  }
  if (failure !== undefined) throw new StartError(`JupyterLab could not be installed into .venv. ${failure}`);
  if (python) {
    throw new StartError(
      `${python.executable} (Python ${python.version}) has neither venv nor pip, so JupyterLab cannot be installed.\n` +
        'Debian and Ubuntu: sudo apt install python3-venv. Anywhere: install uv (https://docs.astral.sh/uv/). Then run `npm start` again.',
    );
  }
  const [old] = tooOld;
  throw new StartError(
    (old
      ? `${old.executable} is Python ${old.version}; JupyterLab ${pinnedJupyterlab(checkout)} needs Python ${oldestPython} or newer.\n`
      : `There is no Python on PATH; JupyterLab needs Python ${oldestPython} or newer.\n`) +
      `${howToInstallPython()} Then run \`npm start\` again. (\`npm test\` and \`npm run ask\` need no Python.)`,
  );
}

/** The `.venv` of this checkout, if its stamp is of today and its Python answers. */
async function readyVenv(
  { checkout, children, env }: VenvTools,
  { anyRequirements = false } = {},
): Promise<PythonSide | undefined> {
  const stamp = readStamp(checkout.venv);
  if (!stamp || (!anyRequirements && stamp.requirements !== requirementsHash(checkout))) return undefined;
  // Importing JupyterLab takes seconds; a Python that was removed or replaced under the environment shows at once.
  const check =
    'import sys, importlib.util as u; print(sys.version.split()[0]); sys.exit(0 if u.find_spec("jupyterlab") else 1)';
  const { status, stdout } = await children.run(checkout.venvPython, ['-c', check], { env, limitMs: 20_000 });
  if (status !== 0 || stdout.trim() !== stamp.python) return undefined;
  return {
    lab: { command: checkout.venvPython, args: ['-m', 'jupyterlab'] },
    trust: { command: checkout.venvPython, args: ['-m', 'nbformat.sign'] },
    said: `.venv with Python ${stamp.python} and JupyterLab ${stamp.jupyterlab}`,
  };
}

const memoryName = 'installed-jupyter.json';

/** An installed JupyterLab that served before; so a machine without a network does not try to install at each start. */
async function rememberedInstall({ checkout, env, children }: VenvTools): Promise<PythonSide | undefined> {
  const path = join(checkout.state, memoryName);
  if (!existsSync(path)) return undefined;
  try {
    const memory = JSON.parse(readFileSync(path, 'utf8')) as PythonSide & { requirements: string };
    if (memory.requirements !== requirementsHash(checkout)) return undefined;
    const { status } = await children.run(memory.trust.command, [...memory.trust.args, '--version'], {
      env,
      limitMs: 20_000,
    });
    return status === 0 ? memory : undefined;
  } catch {
    return undefined;
  }
}

/** A JupyterLab of version 4 or newer that is installed beside Python or on PATH. */
async function installedJupyter(
  { checkout, children, env }: VenvTools,
  python: string | undefined,
  jupyterlab: string | undefined,
): Promise<PythonSide | undefined> {
  let side: PythonSide | undefined;
  if (python !== undefined && jupyterlab !== undefined && isNewEnough(jupyterlab)) {
    side = {
      lab: { command: python, args: ['-m', 'jupyterlab'] },
      trust: { command: python, args: ['-m', 'nbformat.sign'] },
      said: `the JupyterLab ${jupyterlab} installed with ${python}`,
    };
  } else {
    const { status, stdout } = await children.run('jupyter-lab', ['--version'], { env, limitMs: 60_000 });
    const version = stdout.trim();
    if (status === 0 && isNewEnough(version)) {
      side = {
        lab: { command: 'jupyter-lab', args: [] },
        trust: { command: 'jupyter-trust', args: [] },
        said: `the installed JupyterLab ${version}`,
      };
    }
  }
  if (side) {
    const memory = { ...side, requirements: requirementsHash(checkout) };
    writeFileSync(join(checkout.state, memoryName), `${JSON.stringify(memory, null, 2)}\n`);
  }
  return side;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

function isNewEnough(version: string): boolean {
  return Number(version.split('.')[0]) >= 4;
}

function howToInstallPython(): string {
  if (process.platform === 'darwin')
    return 'Install it: `brew install python`, or from https://www.python.org/downloads/.';
  if (process.platform === 'win32')
    return 'Install it: `winget install Python.Python.3.13`, or from https://www.python.org/downloads/.';
  return 'Install it: `sudo apt install python3 python3-venv` (Debian, Ubuntu), `sudo dnf install python3` (Fedora), or uv and `uv python install 3.13`.';
}
