import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join, posix, win32 } from 'node:path';
import { type KernelSpec, kernelSpec, writeKernelSpec } from '../start/kernel-spec.ts';

const prefix = 'streaming-rag-';

export interface InstalledKernel {
  name: string;
  /** The folder with its kernel.json. */
  folder: string;
  /** The checkout it starts from. */
  checkout: string;
  /** Whether that checkout still has a kernel. */
  works: boolean;
}

/**
 * The folder in which Jupyter, VS Code and Zed look for the kernels of this user.
 * https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs
 */
export function userKernelsFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  const path = platform === 'win32' ? win32 : posix;
  if (env['JUPYTER_DATA_DIR']) return path.join(env['JUPYTER_DATA_DIR'], 'kernels');
  if (platform === 'darwin') return path.join(home, 'Library', 'Jupyter', 'kernels');
  if (platform === 'win32')
    return path.join(env['APPDATA'] || path.join(home, 'AppData', 'Roaming'), 'jupyter', 'kernels');
  return path.join(env['XDG_DATA_HOME'] || path.join(home, '.local', 'share'), 'jupyter', 'kernels');
}

/** The kernel's name for a checkout: two checkouts of one user do not share one. */
export function userKernelName(root: string): string {
  return prefix + createHash('sha256').update(root).digest('hex').slice(0, 8);
}

/** Registers the kernel of the checkout at `root`; what was registered for it before is overwritten. Returns the file. */
export function installKernel(root: string, kernels: string): { path: string; spec: KernelSpec } {
  const spec = kernelSpec(root, { displayName: `TypeScript (${basename(root)})` });
  return { path: writeKernelSpec(kernels, userKernelName(root), spec), spec };
}

/** Every kernel that a checkout of this project has registered there. */
export function installedKernels(kernels: string): InstalledKernel[] {
  if (!existsSync(kernels)) return [];
  return readdirSync(kernels)
    .filter((name) => name.startsWith(prefix))
    .toSorted()
    .flatMap((name) => {
      const folder = join(kernels, name);
      const checkout = checkoutOf(folder);
      if (checkout === undefined) return [];
      return [{ name, folder, checkout, works: existsSync(join(checkout, 'kernel', 'start.cjs')) }];
    });
}

/** Removes a registered kernel. Returns its folder, or undefined if there was none. */
export function uninstallKernel(name: string, kernels: string): string | undefined {
  const found = installedKernels(kernels).find((kernel) => kernel.name === name);
  if (found) rmSync(found.folder, { recursive: true });
  return found?.folder;
}

function checkoutOf(folder: string): string | undefined {
  try {
    const { metadata } = JSON.parse(readFileSync(join(folder, 'kernel.json'), 'utf8')) as Partial<KernelSpec>;
    const checkout = metadata?.['checkout'];
    return typeof checkout === 'string' ? checkout : undefined;
  } catch {
    return undefined;
  }
}
