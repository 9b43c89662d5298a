import { join } from 'node:path';

/** Where things lie in a checkout; all paths are absolute. */
export interface Checkout {
  root: string;
  /** The Python environment that `npm start` makes. */
  venv: string;
  /** The Python of that environment. */
  venvPython: string;
  /** All that Jupyter writes: configuration, kernels, workspaces, logs. Ignored by git. */
  state: string;
  requirements: string;
  notebooks: string;
}

/** The folders of the checkout at `root`, by the platform's habits. */
export function checkoutAt(root: string, platform: NodeJS.Platform = process.platform): Checkout {
  const venv = join(root, '.venv');
  return {
    root,
    venv,
    venvPython: platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python'),
    state: join(root, '.jupyter'),
    requirements: join(root, 'requirements.txt'),
    notebooks: join(root, 'notebooks'),
  };
}
