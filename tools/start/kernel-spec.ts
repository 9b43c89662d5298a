import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Jupyter's kernel.json, as far as it is used here. */
export interface KernelSpec {
  argv: string[];
  display_name: string;
  language: string;
  interrupt_mode: 'message' | 'signal';
  env?: Record<string, string>;
  metadata?: Record<string, unknown>;
}

/** The name that the chapters carry, so that they run on any machine with a TypeScript kernel. */
export const kernelName = 'tslab';

/**
 * The specification of the course's kernel in the checkout at `root`, with absolute paths: Jupyter starts a kernel in the
 * notebook's folder, and looks for a bare `node` on a PATH that may be another one.
 */
export function kernelSpec(
  root: string,
  { node = process.execPath, displayName = 'TypeScript' }: { node?: string; displayName?: string } = {},
): KernelSpec {
  return {
    argv: [node, join(root, 'kernel', 'start.cjs'), '{connection_file}'],
    display_name: displayName,
    language: 'typescript',
    interrupt_mode: 'message',
    // See jupyter-environment.ts; here for a Jupyter that `npm start` did not start.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    metadata: { checkout: root },
  };
}

/** Writes a specification as `<kernels>/<name>/kernel.json`; returns the file's path. */
export function writeKernelSpec(kernels: string, name: string, spec: KernelSpec): string {
  const folder = join(kernels, name);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'kernel.json');
  writeFileSync(path, `${JSON.stringify(spec, null, 2)}\n`);
  return path;
}
