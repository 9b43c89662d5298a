import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { firstFreePort } from '../../tools/start/ports.ts';
import { type RunningProcess, processesNaming } from '../../tools/start/processes.ts';
import { root as thisCheckout } from './checkout-root.ts';

export interface LabSession {
  /** The address with the token, as `npm start` prints it. */
  address: string;
  seconds: number;
  child: ChildProcess;
  /** Resolves with npm's exit status. */
  ended: Promise<number | null>;
  /** A signal to the whole group, as a terminal's Ctrl-C is one. */
  signal: (signal: NodeJS.Signals) => void;
  /** Ctrl-C; then everything must be gone. @throws Error that names what is left. */
  stop: () => Promise<void>;
}

export interface LabOptions {
  root?: string;
  env?: NodeJS.ProcessEnv;
  /** @default 300000 */
  limitMs?: number;
  args?: readonly string[];
}

/** Runs `npm start -- --no-browser --port N` as a reader does. */
export async function spawnStart({ root = thisCheckout, env = process.env, args = [] }: LabOptions = {}) {
  const port = await firstFreePort(18_888);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const child = spawn(npm, ['start', '-s', '--', '--no-browser', '--port', String(port), ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'pipe'],
    // A group of its own: a signal to it then reaches all of it.
    detached: true,
  });
  const ended = once(child, 'exit').then(([status]) => status as number | null);
  const signal = (name: NodeJS.Signals) => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, name);
  };
  // The group does not end with this process, whose own time may be limited.
  const onTerminated = () => {
    signal('SIGINT');
    process.exit(1);
  };
  process.once('SIGTERM', onTerminated);
  void ended.then(() => process.off('SIGTERM', onTerminated));
  return { child, ended, signal };
}

/** The same, and waits until it says that it is ready. */
export async function startLab(options: LabOptions = {}): Promise<LabSession> {
  const { root = thisCheckout, limitMs = 300_000 } = options;
  const startedMs = performance.now();
  const { child, ended, signal } = await spawnStart(options);
  const stop = async () => {
    signal('SIGINT');
    await ended;
    const left = leftovers(root);
    if (left.length > 0) throw new Error(`left after Ctrl-C: ${describe(left)}`);
  };
  try {
    const address = await Promise.race([
      printedAddress(child),
      ended.then((status) =>
        Promise.reject(new Error(`\`npm start\` ended with status ${status} before it was ready`)),
      ),
      wait(limitMs, undefined, { ref: false }).then(() =>
        Promise.reject(new Error(`\`npm start\` was not ready within ${limitMs / 1000} s`)),
      ),
    ]);
    return { address, seconds: (performance.now() - startedMs) / 1000, child, ended, signal, stop };
  } catch (error) {
    signal('SIGINT');
    await ended;
    throw error;
  }
}

/** Programs of a checkout's `npm start` that still run: servers, kernels, endpoints. */
export function leftovers(root: string): RunningProcess[] {
  const folders = [join(root, '.jupyter', 'runtime'), join(root, '.venv'), join(root, 'tools', 'run.mjs')];
  return folders.flatMap((folder) => processesNaming(folder));
}

export function describe(processes: readonly RunningProcess[]): string {
  return processes.map(({ pid, commandLine }) => `${pid} ${commandLine}`).join('; ');
}

function printedAddress({ stderr }: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    if (!stderr) return;
    createInterface({ input: stderr }).on('line', (line) => {
      console.error(`    ${line}`);
      const address = /Open {2}(http\S+)/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
}
