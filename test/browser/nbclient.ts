import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { delimiter } from 'node:path';
import { checkoutAt } from '../../tools/start/checkout.ts';
import { jupyterEnvironment, makeStateFolders } from '../../tools/start/jupyter-environment.ts';
import { type KernelSpec, kernelName, writeKernelSpec } from '../../tools/start/kernel-spec.ts';
import { root } from './checkout-root.ts';
import { problemsOf } from './notebook-file.ts';

/** Runs a notebook by nbclient, as `jupyter execute` does, on the kernel of `spec`; returns what is wrong. */
export function runByNbclient(notebook: string, spec: KernelSpec, label: string): string[] {
  const checkout = checkoutAt(root);
  if (!existsSync(checkout.venvPython)) {
    return [`${label}: there is no .venv: run \`npm start\` once, or \`node test/browser/run-in-lab.ts\``];
  }
  makeStateFolders(checkout);
  const out = join(root, 'build', 'executed');
  mkdirSync(out, { recursive: true });
  const kernels = mkdtempSync(join(checkout.state, 'kernels-for-test-'));
  try {
    writeKernelSpec(join(kernels, 'kernels'), kernelName, spec);
    const env = jupyterEnvironment(checkout, process.env);
    const output = join(out, `${basename(notebook, '.ipynb')}-${label}.ipynb`);
    rmSync(output, { force: true });
    const startedMs = performance.now();
    const { status, stdout, stderr } = spawnSync(
      checkout.venvPython,
      [
        '-c',
        'from nbclient.cli import main; main()',
        '--timeout=300',
        `--output=${output}`,
        join(root, notebook),
      ],
      {
        cwd: root,
        encoding: 'utf8',
        timeout: 600_000,
        env: { ...env, JUPYTER_PATH: [kernels, env['JUPYTER_PATH']].join(delimiter) },
      },
    );
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    console.log(`${notebook} on ${label}: ${seconds} s`);
    if (status !== 0)
      return [`${notebook} on ${label}: nbclient ended with ${status}\n${stdout}${stderr}`.slice(0, 8000)];
    return problemsOf(output).map((problem) => `${notebook} on ${label}: ${problem}`);
  } finally {
    rmSync(kernels, { recursive: true, force: true });
  }
}

/** Prints what is wrong and sets the exit status. */
export function report(name: string, problems: readonly string[]): void {
  for (const problem of problems) console.error(problem);
  console.log(problems.length === 0 ? `${name}: all cells ran.` : `${name}: failed.`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
