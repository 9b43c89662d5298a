import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Checkout } from './checkout.ts';
import { StartError } from './start-error.ts';

/** @throws StartError if `npm ci` has not been run here. */
export function requirePackages({ root }: Checkout): void {
  const missing = ['typescript', 'tslab', 'zeromq', 'node'].filter(
    (name) => !existsSync(join(root, 'node_modules', name, 'package.json')),
  );
  if (missing.length > 0) {
    throw new StartError(
      existsSync(join(root, 'node_modules'))
        ? `The installed packages are not complete (${missing.join(', ')} missing): run \`npm ci\` here, then \`npm start\`.`
        : 'The packages are not installed: run `npm ci` here, then `npm start`.',
    );
  }
}

/** @throws StartError if the checkout cannot be written to. */
export function requireWritable({ root, state }: Checkout): void {
  const probe = join(state, `write-probe-${process.pid}`);
  try {
    mkdirSync(state, { recursive: true, mode: 0o700 });
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    throw new StartError(
      code === 'ENOSPC'
        ? `The disk is full: ${root} needs room for the Python packages (about 250 MB).`
        : `${path ?? state} cannot be written (${code ?? String(error)}): the course keeps its settings and its Python packages in its own folder.\n` +
            `Copy the folder to a place of your own, or make it yours: sudo chown -R "$(id -un)" "${root}"`,
    );
  }
}
