import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  installKernel,
  installedKernels,
  uninstallKernel,
  userKernelName,
  userKernelsFolder,
} from './user-kernels.ts';

const help = `npm run kernel -- install            register this checkout's TypeScript kernel for your own Jupyter, VS Code or Zed
npm run kernel -- uninstall [NAME]   take it away again (NAME: another one of the list)
npm run kernel -- list               what is registered

\`npm start\` needs none of this. The folder is Jupyter's own for your user; JUPYTER_DATA_DIR names another.
`;

export interface KernelToolOptions {
  root: string;
  args: readonly string[];
  kernels?: string;
  write?: (text: string) => void;
}

/** Runs `npm run kernel`; returns the exit status. */
export function runKernelTool({
  root,
  args,
  kernels = userKernelsFolder(),
  write = (text) => void process.stdout.write(text),
}: KernelToolOptions): number {
  const [action = '', name] = args;
  try {
    if (action === 'install') return install(root, kernels, write);
    if (action === 'uninstall') return uninstall(name ?? userKernelName(root), kernels, write);
    if (action === 'list') return list(root, kernels, write);
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    write(`${path ?? kernels} cannot be written (${code}). JUPYTER_DATA_DIR names another folder.\n`);
    return 1;
  }
  write(help);
  return action === '' || action === '--help' || action === '-h' || action === 'help' ? 0 : 1;
}

function install(root: string, kernels: string, write: (text: string) => void): number {
  if (!existsSync(join(root, 'node_modules', 'tslab'))) {
    write('The packages are not installed: run `npm ci` here first.\n');
    return 1;
  }
  const { path, spec } = installKernel(root, kernels);
  write(`Wrote ${path}\n${JSON.stringify(spec, null, 2)}\n`);
  write(
    `In Jupyter, VS Code or Zed choose the kernel «${spec.display_name}». It runs as long as this checkout stays at\n`,
  );
  write(`${root}; after moving it, install again. \`npm run kernel -- uninstall\` takes it away.\n`);
  return 0;
}

function uninstall(name: string, kernels: string, write: (text: string) => void): number {
  const folder = uninstallKernel(name, kernels);
  write(folder === undefined ? `There is no kernel ${name} in ${kernels}.\n` : `Removed ${folder}\n`);
  return folder === undefined ? 1 : 0;
}

function list(root: string, kernels: string, write: (text: string) => void): number {
  const found = installedKernels(kernels);
  if (found.length === 0) write(`None is registered in ${kernels}.\n`);
  for (const { name, checkout, works } of found) {
    const remark = checkout === root ? '  (this checkout)' : works ? '' : '  (that checkout is gone)';
    write(`${name}  ${checkout}${remark}\n`);
  }
  return 0;
}
