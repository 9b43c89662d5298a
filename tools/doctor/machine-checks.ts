import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { SetupFinding } from '../../src/workbook/setup-check.ts';
import { isBuildFresh } from '../build-library.ts';
import type { Checkout } from '../start/checkout.ts';
import type { Children } from '../start/children.ts';
import { jupyterEnvironment } from '../start/jupyter-environment.ts';
import { firstFreePort, isPortFree } from '../start/ports.ts';
import { findPython, oldestPython } from '../start/python-finder.ts';
import { pinnedJupyterlab, readStamp, requirementsHash } from '../start/venv-stamp.ts';

const megabyte = 2 ** 20;

/** Whether every direct dependency is installed in the version that the lock file names. */
export function checkPackages({ root }: Checkout): SetupFinding {
  const name = 'Packages';
  const level = 'needed';
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string; dependencies?: object; devDependencies?: object }>;
  };
  const direct = lock.packages['']!;
  const wanted = Object.keys({ ...direct.dependencies, ...direct.devDependencies });
  const wrong = wanted.filter((dependency) => {
    const { version } = lock.packages[`node_modules/${dependency}`] ?? {};
    return version !== undefined && installedVersion(root, dependency) !== version;
  });
  if (wrong.length === 0)
    return { name, level, ok: true, detail: `${wanted.length} packages as in package-lock.json` };
  const mend = 'Run `npm ci` (without `--ignore-scripts`).';
  return { name, level, ok: false, detail: `not as in package-lock.json: ${wrong.join(', ')}`, mend };
}

function installedVersion(root: string, dependency: string): string | undefined {
  try {
    const path = join(root, 'node_modules', dependency, 'package.json');
    return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
  } catch {
    return undefined;
  }
}

/** Whether `dist/` is of these sources; by content, where the chapters' own check goes by time. */
export function checkBuild({ root }: Checkout): SetupFinding {
  const name = 'Library';
  if (isBuildFresh(root)) {
    return { name, level: 'needed', ok: true, detail: 'dist/ is built from these sources' };
  }
  const mend = 'Run `npm run build`; `npm start` does it too.';
  return existsSync(join(root, 'dist', 'index.js'))
    ? { name, level: 'wanted', ok: false, detail: 'dist/ is older than the sources', mend }
    : { name, level: 'needed', ok: false, detail: 'dist/ is missing', mend };
}

/** Whether the checkout can be written to. */
export function checkWritable({ root }: Checkout): SetupFinding {
  const name = 'Folder';
  const probe = join(root, `.write-probe-${process.pid}`);
  try {
    writeFileSync(probe, '');
    return { name, level: 'needed', ok: true, detail: `${root} can be written` };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const mend = 'Make it yours, or copy the project to a folder of your own.';
    return { name, level: 'needed', ok: false, detail: `${root} cannot be written (${code})`, mend };
  } finally {
    rmSync(probe, { force: true });
  }
}

/** Whether there is room for what a start still has to make. */
export async function checkDisk({ root, venv }: Checkout): Promise<SetupFinding> {
  const name = 'Disk';
  const neededMegabytes = readStamp(venv) ? 100 : 400;
  const { bavail, bsize } = await statfs(root);
  const freeMegabytes = Math.floor((bavail * bsize) / megabyte);
  const ok = freeMegabytes >= neededMegabytes;
  return {
    name,
    level: 'needed',
    ok,
    detail: `${freeMegabytes} MB free, ${neededMegabytes} MB needed`,
    ...(!ok && { mend: 'Make room on this disk.' }),
  };
}

/** Whether `.venv` stands, or there is a Python to make it with. */
export async function checkPython(checkout: Checkout, children: Children): Promise<SetupFinding> {
  const name = 'JupyterLab';
  const env = jupyterEnvironment(checkout, process.env);
  const stamp = readStamp(checkout.venv);
  if (stamp && stamp.requirements === requirementsHash(checkout)) {
    const code = 'import jupyterlab, jupyter_server; print(jupyterlab.__version__)';
    const { status, stdout } = await children.run(checkout.venvPython, ['-c', code], {
      env,
      limitMs: 60_000,
    });
    if (status === 0) {
      const detail = `${stdout.trim()} in .venv, Python ${stamp.python}, made with ${stamp.madeBy}`;
      return { name, level: 'wanted', ok: true, detail };
    }
    const mend = 'Run `npm start`: it makes .venv again.';
    return {
      name,
      level: 'wanted',
      ok: false,
      detail: '.venv is broken: its Python does not load JupyterLab',
      mend,
    };
  }
  const { found, tooOld } = await findPython(children, env);
  const hasUv = (await children.run('uv', ['--version'], { env, limitMs: 20_000 })).status === 0;
  if (found?.hasEnsurepip || found?.hasPip || hasUv) {
    const detail = `none in .venv ${stamp ? 'of today ' : ''}yet; ${found ? `Python ${found.version}` : 'uv'} can make it`;
    return {
      name,
      level: 'wanted',
      ok: true,
      detail: `${detail} (\`npm start\` does, ${pinnedJupyterlab(checkout)})`,
    };
  }
  if (found) {
    const mend = 'Debian and Ubuntu: sudo apt install python3-venv. Anywhere: install uv.';
    return {
      name,
      level: 'wanted',
      ok: false,
      detail: `Python ${found.version} has neither venv nor pip`,
      mend,
    };
  }
  const [old] = tooOld;
  const detail = old ? `${old.executable} is Python ${old.version}, too old` : 'there is no Python on PATH';
  return {
    name,
    level: 'wanted',
    ok: false,
    detail,
    mend: `Install Python ${oldestPython} or newer, or uv.`,
  };
}

/** Whether JupyterLab's usual port, or one near it, is free. */
export async function checkPorts(): Promise<SetupFinding> {
  const name = 'Ports';
  if (await isPortFree(8888)) return { name, level: 'wanted', ok: true, detail: '8888 is free' };
  const port = await firstFreePort(8889);
  if (port !== undefined)
    return { name, level: 'wanted', ok: true, detail: `8888 is taken; ${port} is free` };
  const mend = 'Name a free one: `npm start -- --port N`.';
  return { name, level: 'wanted', ok: false, detail: '8888 to 8938 are all taken', mend };
}
