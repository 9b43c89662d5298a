import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Finished {
  /** The exit status; -1 if it could not be started or a signal ended it. */
  status: number;
  /** What it wrote, both streams line by line, in the order of arrival. */
  lines: string[];
  /** What it wrote on standard output alone. */
  stdout: string;
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Called for each line of either stream as it arrives. */
  onLine?: (line: string) => void;
  /** Ends the program with its children after so long. @default no limit */
  limitMs?: number;
}

/**
 * The programs that a start has running. Each gets a process group of its own, so that the terminal's Ctrl-C reaches
 * only the launcher, which then ends them in its own order, and so that a program's own children end with it.
 */
export class Children {
  readonly #running = new Set<ChildProcess>();
  #closed = false;

  /** Starts a program. @throws Error if {@link endAll} has been called. */
  start(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    if (this.#closed) throw new Error('stopping: no further program is started');
    const child = spawn(command, args, {
      windowsHide: true,
      ...options,
      detached: process.platform !== 'win32',
    });
    this.#running.add(child);
    const forget = () => this.#running.delete(child);
    child.once('exit', forget);
    child.once('error', forget);
    return child;
  }

  /** Runs a program to its end; a program that does not exist is status -1, not an exception. */
  async run(
    command: string,
    args: readonly string[],
    { onLine, limitMs, ...options }: RunOptions = {},
  ): Promise<Finished> {
    const child = this.start(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const lines: string[] = [];
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        onLine?.(line);
      });
    }
    const timer = limitMs === undefined ? undefined : setTimeout(() => endGroup(child, 'SIGKILL'), limitMs);
    try {
      const [status] = (await once(child, 'close')) as [number | null];
      return { status: status ?? -1, lines, stdout };
    } catch (error) {
      return {
        status: -1,
        lines: [...lines, error instanceof Error ? error.message : String(error)],
        stdout,
      };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Leaves a program to itself: it is not ended with the others, and does not keep this process alive. */
  leave(child: ChildProcess): void {
    this.#running.delete(child);
    child.unref();
  }

  /** Asks every running program to end, and ends after `graceMs` by force what has not. Nothing is started any more. */
  async endAll({ graceMs }: { graceMs: number }): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#running].map((child) => endChild(child, graceMs)));
  }

  /** Ends every running program at once. */
  killAll(): void {
    this.#closed = true;
    for (const child of this.#running) endGroup(child, 'SIGKILL');
  }
}

/** One signal, then, after `graceMs`, the strong one. Resolves when the program is gone. */
export async function endChild(child: ChildProcess, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  // To the program alone: a second signal through its own handling of a group would count as «at once».
  if (process.platform === 'win32') endGroup(child, 'SIGKILL');
  else child.kill('SIGTERM');
  const timer = setTimeout(() => endGroup(child, 'SIGKILL'), graceMs);
  try {
    await gone;
  } finally {
    clearTimeout(timer);
  }
}

/** A signal to a program and all that it started in its group. */
export function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    if (process.platform === 'win32')
      spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { windowsHide: true });
    else process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
