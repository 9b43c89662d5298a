import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { preparePythonSide } from '../../tools/start/python-side.ts';
import { StartError } from '../../tools/start/start-error.ts';
import { readStamp } from '../../tools/start/venv-stamp.ts';
import { fakeMachine, goodPython } from './fake-machine.ts';

const noNetwork =
  "WARNING: Retrying after connection broken by 'NewConnectionError': [Errno -2] Name or service not known\nERROR: No matching distribution found for jupyterlab==4.6.6";

// Fake programs are scripts with a shebang line, which Windows does not read.
describe.skipIf(process.platform === 'win32')('the Python side', () => {
  it('is made with uv where there is one, from the Python that is there', async () => {
    const machine = fakeMachine();
    machine.addUv();
    machine.addPython('python3', goodPython);
    const side = await preparePythonSide(machine.tools);
    expect(side.lab).toEqual({ command: machine.checkout.venvPython, args: ['-m', 'jupyterlab'] });
    expect(readStamp(machine.checkout.venv)).toMatchObject({
      madeBy: 'uv',
      jupyterlab: '4.6.6',
      python: '3.13.1',
    });
    const venv = machine.calls().find(({ program, args }) => program === 'uv' && args[0] === 'venv');
    expect(venv?.args).toContain(join(machine.env['PATH'] ?? '', 'python3'));
  });

  it('is made with uv alone, which may not fetch a Python from elsewhere', async () => {
    const machine = fakeMachine();
    machine.addUv();
    await preparePythonSide(machine.tools);
    const venv = machine.calls().find(({ args }) => args[0] === 'venv');
    expect(venv?.args).toContain('>=3.10');
    expect(venv?.env['UV_PYTHON_DOWNLOADS']).toBe('never');
  });

  it('is made with venv and pip where there is no uv', async () => {
    const machine = fakeMachine();
    machine.addPython('python3', goodPython);
    const side = await preparePythonSide(machine.tools);
    expect(side.said).toBe('made .venv: .venv with Python 3.13.1 and JupyterLab 4.6.6');
    expect(readStamp(machine.checkout.venv)?.madeBy).toBe('venv and pip');
    const pip = machine.calls().find(({ args }) => args[1] === 'pip');
    expect(pip?.args).toEqual(['-m', 'pip', 'install', '--no-deps', '-r', machine.checkout.requirements]);
  });

  it('is made with venv and pip after uv has failed', async () => {
    const machine = fakeMachine();
    machine.addUv({ installFailure: 'error: something else' });
    machine.addPython('python3', goodPython);
    await preparePythonSide(machine.tools);
    expect(readStamp(machine.checkout.venv)?.madeBy).toBe('venv and pip');
  });

  it('is made with the pip beside it where Python has no ensurepip', async () => {
    const machine = fakeMachine();
    machine.addPython('python3', { ...goodPython, hasEnsurepip: false });
    await preparePythonSide(machine.tools);
    expect(readStamp(machine.checkout.venv)?.madeBy).toBe('venv without pip, and the pip beside it');
    const pip = machine.calls().find(({ args }) => args[1] === 'pip');
    expect(pip?.args.slice(0, 5)).toEqual(['-m', 'pip', '--python', machine.checkout.venvPython, 'install']);
  });

  it('lets the index settings of the user through, and not those that would install elsewhere', async () => {
    const machine = fakeMachine();
    machine.addPython('python3', goodPython);
    Object.assign(machine.env, {
      PIP_INDEX_URL: 'http://mirror.test/simple',
      PIP_TARGET: '/elsewhere',
      PIP_USER: '1',
    });
    await preparePythonSide(machine.tools);
    const pip = machine.calls().find(({ args }) => args[1] === 'pip');
    expect(pip?.env['PIP_INDEX_URL']).toBe('http://mirror.test/simple');
    expect(pip?.env['PIP_TARGET']).toBeUndefined();
    expect(pip?.env['PIP_USER']).toBe('0');
  });

  it('is made from a newer Python when the plain one is too old', async () => {
    const machine = fakeMachine();
    machine.addPython('python3', { ...goodPython, version: '3.9.18' });
    machine.addPython('python3.12', { ...goodPython, version: '3.12.4' });
    await preparePythonSide(machine.tools);
    expect(readStamp(machine.checkout.venv)?.python).toBe('3.12.4');
  });

  it('is taken as it stands at the next start, without asking what else there is', async () => {
    const machine = fakeMachine();
    machine.addPython('python3', goodPython);
    await preparePythonSide(machine.tools);
    const before = machine.calls().length;
    const side = await preparePythonSide(machine.tools);
    expect(side.said).toBe('.venv with Python 3.13.1 and JupyterLab 4.6.6');
    expect(machine.calls().length - before).toBe(1);
  });

  it('is made again when the pinned versions have changed', async () => {
    const machine = fakeMachine();
    machine.addPython('python3', goodPython);
    await preparePythonSide(machine.tools);
    writeFileSync(machine.checkout.requirements, 'jupyterlab==4.7.0\n');
    const side = await preparePythonSide(machine.tools);
    expect(side.said).toContain('made .venv');
    expect(readStamp(machine.checkout.venv)?.jupyterlab).toBe('4.7.0');
  });

  it('is not made again because the line ends of the requirements have changed', async () => {
    const machine = fakeMachine();
    machine.addPython('python3', goodPython);
    await preparePythonSide(machine.tools);
    writeFileSync(
      machine.checkout.requirements,
      readFileSync(machine.checkout.requirements, 'utf8').replaceAll('\n', '\r\n'),
    );
    expect((await preparePythonSide(machine.tools)).said).not.toContain('made');
  });

  it('is made again when it was left half-made', async () => {
    const machine = fakeMachine();
    machine.addPython('python3', goodPython);
    await preparePythonSide(machine.tools);
    rmSync(join(machine.checkout.venv, '.streaming-rag.json'));
    writeFileSync(join(machine.checkout.state, 'venv-in-the-making'), '1\n');
    expect((await preparePythonSide(machine.tools)).said).toContain('made .venv');
    expect(readdirSync(machine.root).filter((name) => name.startsWith('.venv'))).toEqual(['.venv']);
  });

  it('is made again when its Python was removed or replaced under it', async () => {
    const machine = fakeMachine();
    machine.addPython('python3', goodPython);
    await preparePythonSide(machine.tools);
    rmSync(machine.checkout.venvPython);
    expect((await preparePythonSide(machine.tools)).said).toContain('made .venv');
  });

  it('keeps a .venv that somebody else made, under another name, and says so', async () => {
    const machine = fakeMachine();
    machine.addPython('python3', goodPython);
    mkdirSync(machine.checkout.venv);
    writeFileSync(join(machine.checkout.venv, 'mine'), 'work');
    await preparePythonSide(machine.tools);
    expect(readFileSync(join(machine.root, '.venv-yours', 'mine'), 'utf8')).toBe('work');
    expect(machine.tools.printed()).toContain('.venv-yours');
  });

  it('goes on with the older packages when the newer ones cannot be had', async () => {
    const machine = fakeMachine();
    machine.addPython('python3', goodPython);
    await preparePythonSide(machine.tools);
    machine.addPython('python3', { ...goodPython, installFailure: noNetwork });
    writeFileSync(machine.checkout.requirements, 'jupyterlab==4.7.0\n');
    expect((await preparePythonSide(machine.tools)).said).toBe(
      '.venv with Python 3.13.1 and JupyterLab 4.6.6',
    );
    expect(machine.tools.printed()).toContain('going on with the older ones');
  });

  it('goes on with an installed JupyterLab when none can be made, and does not try to make one each time', async () => {
    const machine = fakeMachine();
    machine.addPython('python3', { ...goodPython, jupyterlab: '4.2.5', installFailure: noNetwork });
    const side = await preparePythonSide(machine.tools);
    expect(side.said).toContain('the JupyterLab 4.2.5 installed with');
    expect(existsSync(machine.checkout.venv)).toBe(false);
    const before = machine.calls().length;
    expect((await preparePythonSide(machine.tools)).lab).toEqual(side.lab);
    expect(
      machine
        .calls()
        .slice(before)
        .map(({ args }) => args[1]),
    ).toEqual(['nbformat.sign']);
  });

  it('goes on with a jupyter-lab on PATH where Python can install nothing', async () => {
    const machine = fakeMachine();
    machine.addPython('python3', { ...goodPython, hasEnsurepip: false, hasPip: false });
    machine.addLab('4.0.11');
    expect((await preparePythonSide(machine.tools)).lab).toEqual({ command: 'jupyter-lab', args: [] });
  });

  it('does not take an installed JupyterLab that is older than 4', async () => {
    const machine = fakeMachine();
    machine.addPython('python3', { ...goodPython, hasEnsurepip: false, hasPip: false, jupyterlab: '3.6.8' });
    machine.addLab('3.6.8');
    await expect(preparePythonSide(machine.tools)).rejects.toThrow('has neither venv nor pip');
  });

  it.each([
    ['there is no Python', undefined, 'There is no Python on PATH; JupyterLab needs Python 3.10 or newer.'],
    ['the Python is too old', '3.8.18', 'is Python 3.8.18; JupyterLab 4.6.6 needs Python 3.10 or newer.'],
    ['the Python is Python 2', '2.7.18', 'is Python 2.7.18; JupyterLab 4.6.6 needs Python 3.10 or newer.'],
  ])('says what to install when %s', async (_, version, sentence) => {
    const machine = fakeMachine();
    if (version !== undefined) machine.addPython('python3', { ...goodPython, version });
    const failure = await preparePythonSide(machine.tools).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StartError);
    expect((failure as StartError).message).toContain(sentence);
    expect((failure as StartError).message).toContain('Install it:');
  });

  it('says what to install when Python can neither make an environment nor install into one', async () => {
    const machine = fakeMachine();
    machine.addPython('python3', { ...goodPython, hasEnsurepip: false, hasPip: false });
    await expect(preparePythonSide(machine.tools)).rejects.toThrow('sudo apt install python3-venv');
  });

  it('says that the index cannot be reached, and leaves nothing half-made', async () => {
    const machine = fakeMachine();
    machine.addPython('python3', { ...goodPython, installFailure: noNetwork });
    await expect(preparePythonSide(machine.tools)).rejects.toThrow('The package index cannot be reached');
    expect(existsSync(machine.checkout.venv)).toBe(false);
    expect(existsSync(join(machine.checkout.state, 'venv-in-the-making'))).toBe(false);
  });

  it('ignores a program called python3 that is not Python', async () => {
    const machine = fakeMachine();
    machine.addLab('4.1.0');
    writeFileSync(join(machine.env['PATH'] ?? '', 'python3'), '#!/nowhere\n', { mode: 0o755 });
    expect((await preparePythonSide(machine.tools)).said).toBe('the installed JupyterLab 4.1.0');
  });
});
