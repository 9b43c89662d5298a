import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Checkout } from './checkout.ts';
import type { Children } from './children.ts';
import type { PythonSide } from './python-side.ts';

/** The chapters: `00-start-here.ipynb` and so on. Other notebooks are the reader's, and theirs to trust. */
export function chapters({ notebooks }: Checkout): string[] {
  if (!existsSync(notebooks)) return [];
  return readdirSync(notebooks)
    .filter((name) => /^\d\d-.*\.ipynb$/.test(name))
    .toSorted();
}

/**
 * Marks the chapters as trusted, so that JupyterLab shows the drawings in their committed outputs. Only those that have
 * changed since: a signature is of the content.
 *
 * @returns how many were signed.
 */
export async function trustChapters(
  checkout: Checkout,
  { trust }: PythonSide,
  children: Children,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const memoryPath = join(checkout.state, 'trusted.json');
  const memory = readMemory(memoryPath);
  const now: Record<string, string> = {};
  for (const name of chapters(checkout)) {
    now[name] = createHash('sha256')
      .update(readFileSync(join(checkout.notebooks, name)))
      .digest('hex');
  }
  const changed = Object.keys(now).filter((name) => memory[name] !== now[name]);
  if (changed.length === 0) return 0;
  const paths = changed.map((name) => join(checkout.notebooks, name));
  const { status } = await children.run(trust.command, [...trust.args, ...paths], {
    cwd: checkout.root,
    env,
  });
  if (status !== 0) return 0;
  writeFileSync(memoryPath, `${JSON.stringify(now, null, 2)}\n`);
  return changed.length;
}

/**
 * The secret that signatures are made with. Written here because the server and the signer start together, and each
 * would write one of its own.
 */
export function ensureNotebookSecret({ state }: Checkout): void {
  const path = join(state, 'data', 'notebook_secret');
  if (!existsSync(path)) writeFileSync(path, `${randomBytes(1024).toString('base64')}\n`, { mode: 0o600 });
}

function readMemory(path: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}
