import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Checkout } from './checkout.ts';
import { isAlive, processesNaming } from './processes.ts';

/**
 * A start's own folder for Jupyter's connection files, `.jupyter/runtime/<process id>`. Every kernel names its file
 * there on its command line, so its kernels can be told from all others.
 */
export interface RuntimeFolder {
  path: string;
  /** What `jupyter_server` wrote about itself, once it listens. */
  server: () => ServerInfo | undefined;
  /** Remembers a program that must not outlive this start, for the next start if this one is killed. */
  remember: (name: string, pid: number) => void;
  /** Ends the kernels that still run and removes the folder. */
  clear: () => void;
}

export interface ServerInfo {
  url: string;
  port: number;
  token: string;
  pid: number;
}

/** Makes the folder of this start, and mends what starts that were killed left behind. */
export function openRuntimeFolder({ state, root }: Checkout): RuntimeFolder & { running: ServerInfo[] } {
  const all = join(state, 'runtime');
  const running: ServerInfo[] = [];
  for (const name of readdirSync(all)) {
    const folder = join(all, name);
    const pid = Number(name);
    if (Number.isSafeInteger(pid) && pid !== process.pid && isStart(pid)) {
      const server = readServer(folder);
      if (server) running.push(server);
    } else {
      endRemembered(folder, root);
      clearFolder(folder);
    }
  }
  const path = join(all, String(process.pid));
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return {
    path,
    running,
    server: () => readServer(path),
    remember: (name, pid) => writeFileSync(join(path, `${name}.pid`), `${pid}\n`),
    clear: () => clearFolder(path),
  };
}

/** A process id is used again one day: only one that runs a Node of ours still belongs to a start. */
function isStart(pid: number): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform === 'win32') return true;
  return processesNaming('start').some((found) => found.pid === pid);
}

function endRemembered(folder: string, root: string): void {
  const pids = names(folder)
    .filter((name) => name.endsWith('.pid'))
    .map((name) => Number(readFileSync(join(folder, name), 'utf8')));
  for (const { pid } of processesNaming(root)) if (pids.includes(pid)) kill(pid);
}

function clearFolder(folder: string): void {
  // With the separator: `…/runtime/12` is also the beginning of `…/runtime/123`.
  for (const { pid } of processesNaming(folder + sep)) kill(pid);
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function readServer(folder: string): ServerInfo | undefined {
  const name = names(folder).find((entry) => /^jpserver-\d+\.json$/.test(entry));
  if (name === undefined) return undefined;
  try {
    return JSON.parse(readFileSync(join(folder, name), 'utf8')) as ServerInfo;
  } catch {
    return undefined; // half-written: asked again soon
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
