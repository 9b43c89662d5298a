import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildLibrary } from '../build-library.ts';
import { readArguments } from './arguments.ts';
import { hasBrowser, openBrowser } from './browser.ts';
import { type Checkout, checkoutAt } from './checkout.ts';
import { Children } from './children.ts';
import { endpointEnvironment, startEndpoint } from './endpoint.ts';
import { jupyterEnvironment, makeStateFolders } from './jupyter-environment.ts';
import { type JupyterServer, startJupyter } from './jupyter-server.ts';
import { kernelName, kernelSpec, writeKernelSpec } from './kernel-spec.ts';
import { ensureNotebookSecret, trustChapters } from './notebook-trust.ts';
import { firstFreePort, freePort, isPortFree } from './ports.ts';
import { Progress } from './progress.ts';
import { preparePythonSide } from './python-side.ts';
import { type RuntimeFolder, openRuntimeFolder } from './runtime-folder.ts';
import { requirePackages, requireWritable } from './set-up.ts';
import { lockSetUp } from './setup-lock.ts';
import { Shutdown } from './shutdown.ts';
import { StartError } from './start-error.ts';

const help = `npm start [-- arguments]

Opens the course in JupyterLab. What is missing is made first: the library's build, a Python environment in .venv.

  --no-browser   do not open a browser; the address is printed
  --port N       this port, or none (default: 8888, or the next that is free)

Every other argument goes to JupyterLab, such as --ServerApp.token=… or --debug.
Ctrl-C ends JupyterLab, its kernels and the local endpoint; once more ends them at once.
`;

const firstChapter = '00-start-here.ipynb';

/** Runs `npm start` to its end; returns the exit status. */
export async function runStart({ root, args }: { root: string; args: readonly string[] }): Promise<number> {
  const write = (text: string) => void process.stderr.write(text);
  // A terminal that was closed takes no more words; that must not end the clean-up.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const children = new Children();
  const progress = new Progress({ write, live: process.stderr.isTTY });
  const shutdown = new Shutdown(children, write);
  try {
    return await start(checkoutAt(root), args, { children, progress, shutdown, write });
  } catch (error) {
    // A signal also ends the programs that a step waits for, and the step then fails.
    if (await shutdown.wasAsked()) return 130;
    if (error instanceof StartError) write(`\n${error.message}\n`);
    else write(`\n${error instanceof Error ? error.stack : String(error)}\n`);
    return 1;
  } finally {
    await shutdown.finish();
  }
}

interface Tools {
  children: Children;
  progress: Progress;
  shutdown: Shutdown;
  write: (text: string) => void;
}

async function start(checkout: Checkout, args: readonly string[], tools: Tools): Promise<number> {
  const { children, progress, shutdown, write } = tools;
  const wanted = readArguments(args);
  if (wanted.help) {
    process.stdout.write(help);
    return 0;
  }
  const startedMs = performance.now();
  requirePackages(checkout);
  requireWritable(checkout);
  makeStateFolders(checkout);
  if (wanted.port !== undefined && !(await isPortFree(wanted.port))) {
    throw new StartError(
      `Port ${wanted.port} is taken. Leave \`--port\` out for the next free one, or name another.`,
    );
  }
  write('streaming-rag: the course in JupyterLab\n');

  const giveBack = await lockSetUp(checkout, () =>
    progress.note('Another `npm start` prepares this folder; waiting for it.'),
  );
  const env = jupyterEnvironment(checkout, process.env);
  const side = await (async () => {
    try {
      await progress.step('Library', () => buildStep(checkout));
      return await progress.step('Python', () => preparePythonSide({ checkout, children, progress, env }));
    } finally {
      giveBack();
    }
  })();

  const runtime = openRuntimeFolder(checkout);
  shutdown.atEnd(() => runtime.clear());
  for (const { url } of runtime.running) {
    progress.note(`This folder is already open at ${url} (another \`npm start\`); this one runs beside it.`);
  }
  writeKernelSpec(join(checkout.state, 'data', 'kernels'), kernelName, kernelSpec(checkout.root));
  // Beside JupyterLab, which takes as long: its port is chosen here, so that notebooks can be told before it listens.
  const endpointPort = await freePort();
  const endpointStart = startEndpoint(checkout, children, env, { port: endpointPort });
  endpointStart.catch(() => {}); // if JupyterLab fails first
  ensureNotebookSecret(checkout);
  const trusted = trustChapters(checkout, side, children, env);
  trusted.catch(() => {});
  const server = await progress.step('JupyterLab', () =>
    jupyterStep(checkout, side, runtime, wanted, tools, endpointEnvironment(endpointPort, env)),
  );
  const endpoint = await progress.step('Endpoint', () => endpointStart);
  if (endpoint.child?.pid !== undefined) runtime.remember('endpoint', endpoint.child.pid);
  endpoint.child?.once('exit', () => {
    if (!shutdown.isEnding) progress.note('The local endpoint has ended; `npm start` again brings it back.');
  });
  await trusted;
  if (server.child.pid !== undefined) runtime.remember('jupyter', server.child.pid);

  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  write(`\n  Ready in ${seconds} s. Open  ${server.address}\n  Stop with Ctrl-C.\n\n`);
  if (wanted.browser && hasBrowser(process.env)) {
    const opened = await openBrowser(server.address, process.env, children);
    if (!opened) progress.note('No browser could be opened: open the address above yourself.');
  }
  return await untilEnd(server, checkout, tools);
}

function buildStep({ root }: Checkout): { said: string } {
  try {
    const { built } = buildLibrary({ root });
    return { said: built ? 'built into dist/' : 'dist/ is up to date' };
  } catch (error) {
    throw new StartError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function jupyterStep(
  checkout: Checkout,
  side: Parameters<typeof startJupyter>[1],
  runtime: RuntimeFolder,
  { port: wantedPort, rest }: ReturnType<typeof readArguments>,
  { children, progress }: Tools,
  endpointVariables: NodeJS.ProcessEnv,
): Promise<JupyterServer & { said: string }> {
  const port = wantedPort ?? (await firstFreePort(8888));
  if (port === undefined)
    throw new StartError('The ports 8888 to 8937 are all taken: name a free one with `--port`.');
  const hasChapter = existsSync(join(checkout.notebooks, firstChapter));
  if (!hasChapter)
    progress.note(
      `There is no notebooks/${firstChapter} in this checkout: JupyterLab opens on the list of files.`,
    );
  const open = hasChapter ? `/lab/tree/notebooks/${firstChapter}` : '/lab';
  const env = {
    ...jupyterEnvironment(checkout, process.env, { runtime: runtime.path }),
    ...endpointVariables,
  };
  const server = await startJupyter(checkout, side, children, runtime, env, { port, open, rest });
  return { ...server, said: server.info.url };
}

async function untilEnd(
  { child }: JupyterServer,
  { state }: Checkout,
  { shutdown, write }: Tools,
): Promise<number> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  if (await shutdown.wasAsked()) return 0;
  const how = child.signalCode ?? `status ${child.exitCode}`;
  write(`JupyterLab has ended by itself (${how}); its last words are in ${join(state, 'jupyter.log')}.\n`);
  return child.exitCode === 0 ? 0 : 1;
}
