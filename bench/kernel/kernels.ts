import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { courseKernel, plainTslab, root } from '../../tools/notebooks/kernel-command.ts';

/** The same work in a kernel's language. */
export interface Cells {
  /** A cell of its own for each number, with a name that later cells may use. */
  readonly declare: (index: number) => string;
  readonly printLines: (count: number) => string;
  readonly awaitLoop: string;
  readonly busyLoop: string;
  /** A large library that the cell imports with its types. */
  readonly importLibrary?: string;
}

export interface BenchedKernel {
  readonly name: string;
  readonly argv: readonly string[];
  readonly interruptMode: 'message' | 'signal';
  readonly cells: Cells;
}

const typescript: Cells = {
  declare: (index) =>
    `const v${index} = { id: ${index}, name: 'x' };\nfunction f${index}(n: number): number {\n  return n + v${index}.id;\n}\nf${index}(1)`,
  printLines: (count) => `for (let n = 0; n < ${count}; n++) console.log('line', n)`,
  awaitLoop: 'for (;;) await new Promise((go) => setTimeout(go, 10));',
  busyLoop: 'for (;;);',
};

const python: Cells = {
  declare: (index) =>
    `v${index} = {'id': ${index}, 'name': 'x'}\ndef f${index}(n: int) -> int:\n    return n + v${index}['id']\nf${index}(1)`,
  printLines: (count) => `for n in range(${count}): print('line', n)`,
  awaitLoop: 'import asyncio\nwhile True: await asyncio.sleep(0.01)',
  busyLoop: 'while True: pass',
};

/** The kernels that can be measured here, and why each of the others cannot. */
export function findKernels(): {
  readonly kernels: readonly BenchedKernel[];
  readonly missing: readonly string[];
} {
  const openai = "import OpenAI from 'openai';\ntypeof OpenAI";
  const kernels: BenchedKernel[] = [
    {
      name: "the course's",
      argv: courseKernel.argv,
      interruptMode: 'message',
      cells: { ...typescript, importLibrary: openai },
    },
    {
      name: 'plain tslab',
      argv: plainTslab.argv,
      interruptMode: 'signal',
      cells: { ...typescript, importLibrary: openai },
    },
  ];
  const missing: string[] = [];
  const deno = findDeno();
  if (deno === undefined) missing.push("Deno's: npm install deno in bench/, or name it in DENO");
  else {
    const argv = [deno, 'jupyter', '--kernel', '--conn', '{connection_file}'];
    kernels.push({ name: "Deno's", argv, interruptMode: 'message', cells: typescript });
  }
  const ipykernel = findIpykernel();
  if (ipykernel === undefined)
    missing.push('ipykernel: run npm start once, or name a Python that has it in PYTHON');
  else {
    const argv = [ipykernel, '-m', 'ipykernel_launcher', '-f', '{connection_file}'];
    kernels.push({ name: 'ipykernel', argv, interruptMode: 'signal', cells: python });
  }
  return { kernels, missing };
}

function findDeno(): string | undefined {
  const { DENO } = process.env;
  if (DENO !== undefined) return DENO;
  try {
    const require = createRequire(join(root, 'bench', 'package.json'));
    return join(
      dirname(require.resolve('deno/package.json')),
      process.platform === 'win32' ? 'deno.exe' : 'deno',
    );
  } catch {
    return undefined;
  }
}

function findIpykernel(): string | undefined {
  const inVenv = join(root, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const candidates = [process.env['PYTHON'], existsSync(inVenv) ? inVenv : undefined];
  return candidates.find(
    (python) => python !== undefined && spawnSync(python, ['-c', 'import ipykernel']).status === 0,
  );
}
