import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SetupPoint } from '../../src/workbook/setup-check.ts';
import { checkKernel } from '../../tools/doctor/kernel-check.ts';
import {
  checkBuild,
  checkDisk,
  checkPackages,
  checkPython,
  checkWritable,
} from '../../tools/doctor/machine-checks.ts';
import { runDoctor } from '../../tools/doctor/run-doctor.ts';
import { checkoutAt } from '../../tools/start/checkout.ts';
import { fakeMachine, goodPython, repository } from './fake-machine.ts';

/** A machine whose lock file asks for one package, installed in this version (or not at all). */
function machineWithPackage(installed: string | undefined) {
  const machine = fakeMachine();
  rmSync(join(machine.root, 'node_modules'));
  const lock = {
    packages: { '': { dependencies: { openai: '^7' } }, 'node_modules/openai': { version: '7.1.0' } },
  };
  writeFileSync(join(machine.root, 'package-lock.json'), JSON.stringify(lock));
  if (installed !== undefined) {
    mkdirSync(join(machine.root, 'node_modules', 'openai'), { recursive: true });
    writeFileSync(
      join(machine.root, 'node_modules', 'openai', 'package.json'),
      JSON.stringify({ version: installed }),
    );
  }
  return machine;
}

describe('npm run doctor', () => {
  it.each([
    ['7.1.0', true],
    ['7.0.9', false],
    [undefined, false],
  ])('compares the installed packages with the lock file: openai %s', (installed, ok) => {
    const point = checkPackages(machineWithPackage(installed).checkout);
    expect(point.ok).toBe(ok);
    expect(point.mend ?? '').toBe(ok ? '' : 'Run `npm ci` (without `--ignore-scripts`).');
  });

  it('tells a build of these sources from an older one and from none', () => {
    const machine = fakeMachine();
    expect(checkBuild(machine.checkout)).toMatchObject({
      ok: false,
      level: 'needed',
      detail: 'dist/ is missing',
    });
    machine.prepare(goodPython);
    expect(checkBuild(machine.checkout).ok).toBe(true);
    writeFileSync(join(machine.root, 'src', 'index.ts'), 'export const here = 2;\n');
    expect(checkBuild(machine.checkout)).toMatchObject({ ok: false, level: 'wanted' });
  });

  it('finds a folder that cannot be written', () => {
    const machine = fakeMachine();
    expect(checkWritable(machine.checkout).ok).toBe(true);
    const missing = checkWritable(checkoutAt(join(machine.root, 'nowhere')));
    expect(missing.ok).toBe(false);
    expect(missing.detail).toContain('(ENOENT)');
  });

  it('says how much of the disk is free', async () => {
    expect((await checkDisk(fakeMachine().checkout)).detail).toMatch(/^\d+ MB free, 400 MB needed$/);
  });

  it('lists every point as one line of JSON, and ends with status 1 for packages that are missing', async () => {
    let said = '';
    const { root } = machineWithPackage(undefined);
    expect(await runDoctor({ root, args: ['--json'], write: (text) => (said += text) })).toBe(1);
    const points = said
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as SetupPoint);
    expect(points.map(({ name, ok }) => [name, ok])).toEqual([['Packages', false]]);
  });

  it('says how to mend a point', async () => {
    let said = '';
    await runDoctor({ root: machineWithPackage(undefined).root, args: [], write: (text) => (said += text) });
    expect(said).toContain('✗ Packages');
    expect(said).toContain('→ Run `npm ci`');
    expect(said).toContain('1 needed point is broken.');
  });

  it('has the kernel run a cell', async () => {
    const point = await checkKernel(checkoutAt(repository));
    expect(point.detail).toMatch(/^started in \d+ ms, ran one cell in \d+ ms$/);
    expect(point.ok).toBe(true);
  });

  it('says why a kernel does not start', async () => {
    const point = await checkKernel(fakeMachine().checkout);
    expect(point).toMatchObject({ ok: false, level: 'needed' });
    expect(point.detail).toContain('start.cjs');
  });
});

describe.skipIf(process.platform === 'win32')('npm run doctor about Python', () => {
  const python = async (prepare: (machine: ReturnType<typeof fakeMachine>) => void) => {
    const machine = fakeMachine();
    prepare(machine);
    // The check reads the environment of its own process.
    const path = process.env['PATH'];
    process.env['PATH'] = machine.env['PATH'];
    try {
      return await checkPython(machine.checkout, machine.tools.children);
    } finally {
      process.env['PATH'] = path;
    }
  };

  it('takes a .venv that stands', async () => {
    const point = await python((machine) => machine.prepare(goodPython));
    expect(point).toMatchObject({ ok: true, detail: '3.13.1 in .venv, Python 3.13.1, made with a test' });
  });

  it('finds a .venv that is broken', async () => {
    const point = await python((machine) => {
      machine.prepare(goodPython);
      rmSync(join(machine.checkout.venv, 'bin', 'jupyterlab-is-installed'));
    });
    expect(point).toMatchObject({ ok: false, mend: 'Run `npm start`: it makes .venv again.' });
  });

  it('takes a Python that can make one', async () => {
    const point = await python((machine) => machine.addPython('python3', goodPython));
    expect(point).toMatchObject({ ok: true });
    expect(point.detail).toContain('Python 3.13.1 can make it');
  });

  it.each([
    ['no Python', undefined, 'there is no Python on PATH'],
    ['an old Python', { ...goodPython, version: '3.8.1' }, 'is Python 3.8.1, too old'],
    [
      'a Python without its parts',
      { ...goodPython, hasPip: false, hasEnsurepip: false },
      'neither venv nor pip',
    ],
  ])('says what is missing: %s', async (_, settings, words) => {
    const point = await python((machine) => settings && machine.addPython('python3', settings));
    expect(point.ok).toBe(false);
    expect(point.detail).toContain(words);
    expect(point.mend).toMatch(/[Ii]nstall/);
  });
});
