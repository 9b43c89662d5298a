import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Checkout } from './checkout.ts';

/** Written into `.venv` when everything in it is there: a `.venv` without it was left half-made, or is not ours. */
export interface VenvStamp {
  /** The SHA-256 of the requirements it was made from. */
  requirements: string;
  python: string;
  jupyterlab: string;
  /** How it was made. */
  madeBy: string;
}

const nameOf = (venv: string) => join(venv, '.streaming-rag.json');

/** The stamp in a Python environment, or undefined if there is none that can be read. */
export function readStamp(venv: string): VenvStamp | undefined {
  try {
    const stamp = JSON.parse(readFileSync(nameOf(venv), 'utf8')) as Partial<VenvStamp>;
    const { requirements, python, jupyterlab, madeBy } = stamp;
    if (!requirements || !python || !jupyterlab || !madeBy) return undefined;
    return { requirements, python, jupyterlab, madeBy };
  } catch {
    return undefined;
  }
}

export function writeStamp(venv: string, stamp: VenvStamp): void {
  writeFileSync(nameOf(venv), `${JSON.stringify(stamp, null, 2)}\n`);
}

/** The hash that a stamp must carry to be of today. */
export function requirementsHash({ requirements }: Checkout): string {
  // A checkout on Windows may have the same file with other line ends.
  return createHash('sha256')
    .update(readFileSync(requirements, 'utf8').replaceAll('\r\n', '\n'))
    .digest('hex');
}

/** The JupyterLab that the requirements pin. */
export function pinnedJupyterlab({ requirements }: Checkout): string {
  return /^jupyterlab==(\S+)/m.exec(readFileSync(requirements, 'utf8'))?.[1] ?? 'unknown';
}
