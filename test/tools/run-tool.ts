import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Run {
  readonly child: ChildProcess;
  /** Output so far. */
  stdout: string;
  stderr: string;
  /** Resolves when stdout first fulfils this. */
  until(holds: (stdout: string) => boolean): Promise<void>;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** Starts a tool as `npm run` does; it ends with the test at the latest. */
export function startTool(name: string, args: readonly string[], env: Record<string, string> = {}): Run {
  // The reader's own engine and cache stay out of it.
  const { OPENAI_BASE_URL: _url, OPENAI_API_KEY: _key, OPENAI_MODEL: _model, ...inherited } = process.env;
  const child = spawn(process.execPath, [join(root, 'tools', 'run.mjs'), name, ...args], {
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const listeners = new Set<() => void>();
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (code) => {
      resolve({ code, stdout: run.stdout, stderr: run.stderr });
      for (const check of listeners) check();
    });
  });
  const run: Run = {
    child,
    stdout: '',
    stderr: '',
    ended,
    until: (holds) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (holds(run.stdout)) resolve();
          else if (child.exitCode !== null)
            reject(new Error(`It ended before that: ${run.stdout}${run.stderr}`));
          else return;
          listeners.delete(check);
        };
        listeners.add(check);
        check();
      }),
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    run.stdout += text;
    for (const check of listeners) check();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (run.stderr += text));
  return run;
}
