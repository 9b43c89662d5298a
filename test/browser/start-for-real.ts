// What fakes cannot show of `npm start`: a real Python side, JupyterLab and kernels, in a copy of the checkout whose path
// holds a space and Chinese characters, with an empty home. `node test/browser/start-for-real.ts`
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isAlive, processesNaming } from '../../tools/start/processes.ts';
import { root } from './checkout-root.ts';
import { type LabSession, describe, leftovers, spawnStart, startLab } from './lab-session.ts';

const base = mkdtempSync(join(tmpdir(), 'start for real 课程-'));
const copy = join(base, 'streaming rag 检索');
const home = join(base, 'home');
const env: NodeJS.ProcessEnv = { ...process.env, HOME: home, USERPROFILE: home };
for (const name of ['XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'OPENAI_BASE_URL'])
  delete env[name];

let failed = 0;
async function check(name: string, run: () => Promise<string | void>): Promise<void> {
  const startedMs = performance.now();
  try {
    const remark = await run();
    console.log(`ok      ${name}${remark ? `: ${remark}` : ''} (${seconds(startedMs)} s)`);
  } catch (error) {
    failed++;
    console.log(
      `FAILED  ${name}: ${error instanceof Error ? error.message : String(error)} (${seconds(startedMs)} s)`,
    );
    for (const { pid } of leftovers(copy)) process.kill(pid, 'SIGKILL');
  }
}
const seconds = (sinceMs: number) => ((performance.now() - sinceMs) / 1000).toFixed(1);

const made = new Set(['.git', '.venv', '.jupyter', 'build', 'dist', 'node_modules', 'bench']);
/** Every file of the copy that `npm start` has no business with. */
const otherFiles = () =>
  readdirSync(copy)
    .filter((name) => !made.has(name))
    .flatMap((name) => {
      const path = join(copy, name);
      return statSync(path).isDirectory()
        ? readdirSync(path, { recursive: true, encoding: 'utf8' }).map((below) => join(name, below))
        : [name];
    });

try {
  mkdirSync(home);
  cpSync(root, copy, {
    recursive: true,
    filter: (path) => !made.has(relative(root, path).split(sep)[0] ?? ''),
  });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
  const before = otherFiles();

  await check('a first start that is killed while it installs leaves a half-made .venv', async () => {
    const { ended, signal } = await spawnStart({ root: copy, env });
    while (!existsSync(join(copy, '.venv', 'lib'))) await wait(100);
    await wait(300);
    signal('SIGKILL');
    await ended;
    for (const { pid } of processesNaming(join(copy, '.venv'))) process.kill(pid, 'SIGKILL');
    if (existsSync(join(copy, '.venv', '.streaming-rag.json'))) throw new Error('it was complete already');
  });
  await check('the next start mends it, runs a kernel, and Ctrl-C leaves nothing', async () => {
    const lab = await startLab({ root: copy, env });
    await startKernel(lab);
    await lab.stop();
    return `ready in ${lab.seconds.toFixed(1)} s`;
  });
  await check('a further start, ended by two Ctrl-C while a kernel runs, leaves nothing', async () => {
    const lab = await startLab({ root: copy, env });
    await startKernel(lab);
    lab.signal('SIGINT');
    await wait(100);
    lab.signal('SIGINT');
    await lab.ended;
    await nothingIsLeft();
    return `ready in ${lab.seconds.toFixed(1)} s`;
  });
  await check('a JupyterLab that is killed takes its kernel and the start with it', async () => {
    const lab = await startLab({ root: copy, env });
    await startKernel(lab);
    for (const { pid } of processesNaming('-m jupyterlab --ServerApp.root_dir=' + copy))
      process.kill(pid, 'SIGKILL');
    const status = await lab.ended;
    if (status !== 1) throw new Error(`npm start ended with status ${status}`);
    await nothingIsLeft();
  });
  await check('what a start that was killed left is ended by the next', async () => {
    const first = await startLab({ root: copy, env });
    const kernel = await startKernel(first);
    first.signal('SIGKILL');
    await first.ended;
    const second = await startLab({ root: copy, env });
    if (isAlive(kernel)) throw new Error('the kernel of the killed start still runs');
    await second.stop();
  });
  await check('nothing is written beside .venv, .jupyter and dist, nor to the home folder', async () => {
    const added = otherFiles().filter((path) => !before.includes(path));
    if (added.length > 0) throw new Error(`in the checkout: ${added.join(', ')}`);
    // npm keeps its own logs there; pip asks rustc, if there is one, for its version.
    const inHome = readdirSync(home).filter((name) => !['.npm', '.rustup'].includes(name));
    if (inHome.length > 0) throw new Error(`in the home folder: ${inHome.join(', ')}`);
  });
} finally {
  for (const { pid } of leftovers(copy)) process.kill(pid, 'SIGKILL');
  rmSync(base, { recursive: true, force: true, maxRetries: 5 });
}
process.exitCode = failed === 0 ? 0 : 1;

/** Starts a kernel by Jupyter's own interface; returns its process id. */
async function startKernel({ address }: LabSession): Promise<number> {
  const { origin, searchParams } = new URL(address);
  const headers = { authorization: `token ${searchParams.get('token')}`, 'content-type': 'application/json' };
  const response = await fetch(`${origin}/api/kernels`, {
    method: 'POST',
    headers,
    body: '{"name":"tslab"}',
  });
  if (response.status !== 201)
    throw new Error(`POST /api/kernels: ${response.status} ${await response.text()}`);
  const { id } = (await response.json()) as { id: string };
  for (let tries = 0; tries < 100; tries++) {
    const [kernel] = processesNaming(`kernel-${id}.json`);
    // Its threads and sockets come up in the meantime; the server knows its state only once a client is connected.
    await wait(500);
    if (kernel && isAlive(kernel.pid)) return kernel.pid;
  }
  throw new Error('no kernel has started');
}

async function nothingIsLeft(): Promise<void> {
  const left = leftovers(copy);
  if (left.length > 0) throw new Error(`left: ${describe(left)}`);
}
