import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Measured {
  /** Time of the processor, all threads together, in the best of the rounds: a busy machine does not lengthen it. */
  readonly ms: number;
  readonly count: number;
  /** Resident memory before the work, and the most of it. */
  readonly beforeBytes: number;
  readonly mostBytes: number;
}

const child = fileURLToPath(new URL('./child.ts', import.meta.url));

/** Measures one engine in a process of its own. @returns why not, where it failed or did not end in time. */
export function measure(
  kind: string,
  engine: string,
  path: string,
  { rounds = 3, patienceMs = 40_000 } = {},
): Measured | string {
  const { status, stdout, stderr, signal } = spawnSync(
    process.execPath,
    ['--max-old-space-size=6000', child, kind, engine, path, String(rounds)],
    { encoding: 'utf8', timeout: patienceMs, maxBuffer: 2 ** 26 },
  );
  if (signal !== null) return `did not end in ${patienceMs / 1_000} s`;
  if (status !== 0)
    return stderr.split('\n').find((line) => /Error|error/.test(line)) ?? `ended with ${status}`;
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Measured;
}

/** A part of the whole, in milliseconds and megabytes. */
export const ms = ({ ms }: Measured): string => `${ms.toFixed(0)} ms`;
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
