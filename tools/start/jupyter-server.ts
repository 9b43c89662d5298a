import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import type { Checkout } from './checkout.ts';
import type { Children } from './children.ts';
import type { PythonSide } from './python-side.ts';
import type { RuntimeFolder, ServerInfo } from './runtime-folder.ts';
import { StartError } from './start-error.ts';

export interface LabOptions {
  port: number;
  /** What to open, below the server's address, such as `/lab/tree/notebooks/00-start-here.ipynb`. */
  open: string;
  /** Further arguments of the reader's; they come last, so they win. */
  rest: readonly string[];
}

export interface JupyterServer {
  child: ChildProcess;
  info: ServerInfo;
  /** The address with the token, for a browser. */
  address: string;
}

/** JupyterLab's arguments; what is the same on every start is in `kernel/jupyter/jupyter_server_config.json`. */
export function labArguments({ root, state }: Checkout, { port, open, rest }: LabOptions): string[] {
  return [
    `--ServerApp.root_dir=${root}`,
    `--ServerApp.port=${port}`,
    `--LabApp.default_url=${open}`,
    `--FileCheckpoints.checkpoint_dir=${join(state, 'checkpoints')}`,
    // Opened by the launcher, once the chapters are signed.
    '--no-browser',
    ...(process.getuid?.() === 0 ? ['--allow-root'] : []),
    ...rest,
  ];
}

/**
 * Starts JupyterLab and waits until it answers. All it says goes to `.jupyter/jupyter.log`.
 *
 * @throws StartError with its last words, if it ends before.
 */
export async function startJupyter(
  checkout: Checkout,
  { lab }: PythonSide,
  children: Children,
  runtime: RuntimeFolder,
  env: NodeJS.ProcessEnv,
  options: LabOptions,
  { limitMs = 120_000 } = {},
): Promise<JupyterServer> {
  const logPath = join(checkout.state, 'jupyter.log');
  const log = createWriteStream(logPath);
  const lastLines: string[] = [];
  const child = children.start(lab.command, [...lab.args, ...labArguments(checkout, options)], {
    cwd: checkout.root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      lastLines.push(line);
      if (lastLines.length > 15) lastLines.shift();
    });
  }
  let failure: string | undefined;
  child.once('error', (error) => (failure = error.message));
  child.once('close', () => log.end());

  const deadline = performance.now() + limitMs;
  for (;;) {
    const info = runtime.server();
    if (info && (await answers(info))) return { child, info, address: addressOf(info, options.open) };
    if (failure !== undefined || child.exitCode !== null || child.signalCode !== null) {
      await wait(100); // its last lines
      const how = failure ?? (child.signalCode ? `by ${child.signalCode}` : `with status ${child.exitCode}`);
      throw new StartError(
        `JupyterLab ended ${how} before it listened. Its last words (all of them: ${logPath}):\n` +
          lastLines.map((line) => `    ${line.slice(0, 300)}`).join('\n'),
      );
    }
    if (performance.now() > deadline) {
      throw new StartError(
        `JupyterLab did not listen within ${limitMs / 1000} s; what it said is in ${logPath}.`,
      );
    }
    await wait(50);
  }
}

function addressOf({ url, token }: ServerInfo, open: string): string {
  const address = new URL(url);
  // What the server calls itself may be a name that nothing resolves.
  if (address.hostname === 'localhost' || address.hostname === '0.0.0.0') address.hostname = '127.0.0.1';
  address.pathname = `${address.pathname.replace(/\/$/, '')}${open}`;
  if (token) address.searchParams.set('token', token);
  return address.href;
}

async function answers({ url, token }: ServerInfo): Promise<boolean> {
  try {
    const response = await fetch(new URL('api/status', url), {
      headers: token ? { authorization: `token ${token}` } : {},
      signal: AbortSignal.timeout(5000),
    });
    await response.body?.cancel();
    return response.status < 500;
  } catch {
    return false;
  }
}
