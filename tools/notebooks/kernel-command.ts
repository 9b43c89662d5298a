import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How a kernel is started. */
export interface KernelCommand {
  readonly argv: readonly string[];
  /** Plain tslab: errors come as text on stderr, and the stop button is a signal. */
  readonly isPlain: boolean;
  /** How long to wait for a message that it may have lost. */
  readonly lostMessageMs?: number;
}

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** The course's kernel, as its kernel.json starts it. */
export const courseKernel: KernelCommand = {
  argv: [process.execPath, join(root, 'kernel', 'start.cjs'), '{connection_file}'],
  isPlain: false,
};

/** tslab as it comes from npm, with its own TypeScript: what a reader's own editor may have. */
export const plainTslab: KernelCommand = {
  argv: [
    process.execPath,
    join(dirname(createRequire(import.meta.url).resolve('tslab/package.json')), 'bin', 'tslab'),
    'kernel',
    '--config-path',
    '{connection_file}',
  ],
  isPlain: true,
  lostMessageMs: 3000,
};
