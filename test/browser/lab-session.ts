import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { firstFreePort } from '../../tools/start/ports.ts';
import { processesNaming } from '../../tools/start/processes.ts';
import { root } from './checkout-root.ts';

export interface LabSession {
  /** The address with the token, as `npm start` prints it. */
  address: string;
  seconds: number;
  /** Ctrl-C, as a terminal sends it; then everything must be gone. @throws Error that names what is left. */
  stop: () => Promise<void>;
}

/** Runs `npm start -- --no-browser --port N` as a reader does, and waits until it says that it is ready. */
export async function startLab({ limitMs = 300_000 } = {}): Promise<LabSession> {
  const startedMs = performance.now();
  const port = await firstFreePort(18_888);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const child = spawn(npm, ['start', '--', '--no-browser', '--port', String(port)], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'pipe'],
    // A group of its own: the signal below then reaches all of it, as a terminal's Ctrl-C does.
    detached: true,
  });
  const address = await readAddress(child, limitMs);
  return { address, seconds: (performance.now() - startedMs) / 1000, stop: () => stop(child) };
}

async function readAddress(child: ChildProcess, limitMs: number): Promise<string> {
  if (!child.stderr) throw new Error('no stderr');
  const lines = createInterface({ input: child.stderr });
  const found = new Promise<string>((resolve) => {
    lines.on('line', (line) => {
      console.error(`    ${line}`);
      const address = /Open {2}(http\S+)/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
  const ended = once(child, 'exit').then(([status]) => {
    throw new Error(`\`npm start\` ended with status ${status} before it was ready`);
  });
  const late = wait(limitMs, undefined, { ref: false }).then(() => {
    throw new Error(`\`npm start\` was not ready within ${limitMs / 1000} s`);
  });
  try {
    return await Promise.race([found, ended, late]);
  } catch (error) {
    if (child.exitCode === null) await stop(child);
    throw error;
  } finally {
    // Whichever came last is of no interest any more.
    ended.catch(() => {});
    late.catch(() => {});
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    const gone = once(child, 'exit');
    process.kill(-child.pid, 'SIGINT');
    await gone;
  }
  // A kernel that lost its server ends itself within two seconds; ours should be gone already.
  const isLeft = () =>
    processesNaming(join(root, '.jupyter', 'runtime')).concat(
      processesNaming(join(root, 'tools', 'run.mjs')).filter(({ commandLine }) =>
        commandLine.includes(' llm '),
      ),
    );
  const left = isLeft();
  if (left.length > 0) {
    throw new Error(
      `left after Ctrl-C: ${left.map(({ pid, commandLine }) => `${pid} ${commandLine}`).join('; ')}`,
    );
  }
}
