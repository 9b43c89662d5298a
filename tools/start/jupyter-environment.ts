import { mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Checkout } from './checkout.ts';

const folders = ['config', 'data', 'runtime', 'workspaces', 'settings', 'ipython', 'checkpoints'] as const;

/** Makes the folders that Jupyter writes to, readable by their owner alone: they hold the token. */
export function makeStateFolders({ state }: Checkout): void {
  for (const folder of folders) mkdirSync(join(state, folder), { recursive: true, mode: 0o700 });
}

/**
 * The environment for Jupyter and its kernels: the user's own, with every folder of Jupyter's inside the checkout, so that
 * nothing is written to the home folder and none of the user's Jupyter settings change the course.
 */
export function jupyterEnvironment(
  { root, state }: Checkout,
  env: NodeJS.ProcessEnv,
  { runtime = join(state, 'runtime') }: { runtime?: string } = {},
): NodeJS.ProcessEnv {
  const own: NodeJS.ProcessEnv = {
    // ONNX Runtime 1.30 reports its use to its maker, and keeps a device id in the home folder. Nothing here does.
    ORT_DISABLE_TELEMETRY: '1',
    ...env,
    JUPYTER_CONFIG_DIR: join(state, 'config'),
    JUPYTER_CONFIG_PATH: join(root, 'kernel', 'jupyter'),
    JUPYTER_DATA_DIR: join(state, 'data'),
    // The specification that is written at each start, ahead of the committed one.
    JUPYTER_PATH: [join(state, 'data'), join(root, 'kernel')].join(delimiter),
    JUPYTER_RUNTIME_DIR: runtime,
    JUPYTERLAB_WORKSPACES_DIR: join(state, 'workspaces'),
    JUPYTERLAB_SETTINGS_DIR: join(state, 'settings'),
    JUPYTER_PLATFORM_DIRS: '1',
    IPYTHONDIR: join(state, 'ipython'),
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONNOUSERSITE: '1',
    PYTHONIOENCODING: 'utf-8',
  };
  for (const name of [
    'PYTHONPATH',
    'PYTHONHOME',
    'PYTHONSTARTUP',
    'JUPYTER_PREFER_ENV_PATH',
    'JUPYTER_NO_CONFIG',
    'JUPYTER_TOKEN',
    'JUPYTER_PORT',
    'JUPYTER_PORT_RETRIES',
    'JUPYTERLAB_DIR',
    'JUPYTERLAB_SETTINGS_SOURCE',
    'KERNEL_USERNAME',
  ])
    delete own[name];
  return own;
}
