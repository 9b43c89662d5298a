import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readArguments } from '../../tools/start/arguments.ts';
import { browserCommand, hasBrowser } from '../../tools/start/browser.ts';
import { jupyterEnvironment, makeStateFolders } from '../../tools/start/jupyter-environment.ts';
import { labArguments } from '../../tools/start/jupyter-server.ts';
import { kernelSpec } from '../../tools/start/kernel-spec.ts';
import { firstFreePort, freePort, isPortFree } from '../../tools/start/ports.ts';
import { isAlive, processesNaming } from '../../tools/start/processes.ts';
import { openRuntimeFolder } from '../../tools/start/runtime-folder.ts';
import { lockSetUp } from '../../tools/start/setup-lock.ts';
import { fakeMachine, repository } from './fake-machine.ts';

const readJson = (path: string) =>
  JSON.parse(readFileSync(join(repository, path), 'utf8')) as Record<string, unknown>;

describe('the arguments of npm start', () => {
  it('takes its own and passes every other one on, in order', () => {
    const args = ['--debug', '--port', '9000', '--no-browser', '--ServerApp.token=x', '--port=9001'];
    expect(readArguments(args)).toEqual({
      port: 9001,
      browser: false,
      help: false,
      rest: ['--debug', '--ServerApp.token=x'],
    });
  });

  it('come last in what JupyterLab gets, so that they win', () => {
    const { checkout } = fakeMachine();
    const args = labArguments(checkout, { port: 1, open: '/lab', rest: ['--ServerApp.port=2'] });
    expect(args.indexOf('--ServerApp.port=1')).toBeLessThan(args.indexOf('--ServerApp.port=2'));
    expect(args.at(-1)).toBe('--ServerApp.port=2');
  });
});

describe('the browser', () => {
  it.each([
    ['a Linux desktop', { DISPLAY: ':0' }, 'linux', true],
    ['Wayland', { WAYLAND_DISPLAY: 'wayland-0' }, 'linux', true],
    ['a Linux server', {}, 'linux', false],
    ['a Mac', {}, 'darwin', true],
    ['a Mac over SSH', { SSH_CONNECTION: '1' }, 'darwin', false],
    ['an editor over SSH that names one', { SSH_CONNECTION: '1', BROWSER: '/x/browser.sh' }, 'linux', true],
    ['Windows', {}, 'win32', true],
    ['continuous integration', { CI: 'true', DISPLAY: ':0', BROWSER: 'firefox' }, 'linux', false],
  ] as const)('is there or not: %s', (_, env, platform, expected) => {
    expect(hasBrowser(env, platform)).toBe(expected);
  });

  it('gets the address as one argument, past any shell', () => {
    const url = 'http://127.0.0.1:8888/lab?token=a&b=c';
    expect(browserCommand(url, {}, 'linux')).toEqual({ command: 'xdg-open', args: [url] });
    expect(browserCommand(url, {}, 'darwin')).toEqual({ command: 'open', args: [url] });
    expect(browserCommand(url, {}, 'win32').args.at(-1)).toBe(url);
    expect(browserCommand(url, { BROWSER: 'firefox:chromium' }, 'linux').command).toBe('firefox');
  });
});

describe('ports', () => {
  it('are found free or taken, and the next free one is found', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    expect(await isPortFree(port)).toBe(false);
    expect(await firstFreePort(port, 1)).toBeUndefined();
    expect(await firstFreePort(port)).toBeGreaterThan(port);
    expect(await isPortFree(await freePort())).toBe(true);
  });
});

describe.skipIf(process.platform === 'win32')('processes', () => {
  it('are found by what their command line holds, and are gone once they have ended', async () => {
    const mark = `mark-${process.pid}-${Date.now()}`;
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', mark], { stdio: 'ignore' });
    await once(child, 'spawn');
    expect(processesNaming(mark).map(({ pid }) => pid)).toEqual([child.pid]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isAlive(child.pid ?? 0)).toBe(false);
    expect(processesNaming(mark)).toEqual([]);
  });

  it('of one start are not those of another whose number begins alike', async () => {
    const { checkout } = fakeMachine();
    makeStateFolders(checkout);
    const runtime = openRuntimeFolder(checkout);
    const file = join(`${runtime.path}9`, 'kernel-1.json');
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', file], { stdio: 'ignore' });
    onTestFinished(() => void other.kill('SIGKILL'));
    await once(other, 'spawn');
    runtime.clear();
    expect(isAlive(other.pid ?? 0)).toBe(true);
    expect(existsSync(runtime.path)).toBe(false);
  });
});

describe('the lock of the set-up', () => {
  it('does not count when its process was killed before it wrote itself down', async () => {
    const { checkout } = fakeMachine();
    const path = join(checkout.state, 'set-up.lock');
    writeFileSync(path, '');
    utimesSync(path, 1000, 1000);
    (await lockSetUp(checkout, () => expect.unreachable('it waited')))();
    expect(existsSync(path)).toBe(false);
  });

  it('does not count when its process is gone', async () => {
    const { checkout } = fakeMachine();
    const path = join(checkout.state, 'set-up.lock');
    const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
    await once(child, 'exit');
    writeFileSync(path, `${child.pid}\n`);
    const giveBack = await lockSetUp(checkout, () => expect.unreachable('it waited'));
    expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
    giveBack();
    expect(existsSync(path)).toBe(false);
  });

  it('is waited for while its process lives', async () => {
    const { checkout } = fakeMachine();
    mkdirSync(checkout.state, { recursive: true });
    const path = join(checkout.state, 'set-up.lock');
    const holder = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(holder, 'spawn');
    writeFileSync(path, `${holder.pid}\n`);
    let waited = 0;
    const giveBack = await lockSetUp(checkout, () => {
      waited++;
      holder.kill('SIGKILL');
    });
    expect(waited).toBe(1);
    giveBack();
  });
});

describe('the committed settings', () => {
  it('name the same kernel as the specification that a start writes', () => {
    const committed = readJson('kernel/kernels/tslab/kernel.json');
    const written = kernelSpec(repository);
    const folder = join(repository, 'kernel', 'kernels', 'tslab');
    const [node = '', start = '', ...rest] = committed['argv'] as string[];
    expect(resolve(node.replace('{resource_dir}', folder))).toBe(
      resolve(repository, 'node_modules/node/bin/node'),
    );
    expect(resolve(start.replace('{resource_dir}', folder))).toBe(written.argv[1]);
    expect(rest).toEqual(['{connection_file}']);
    for (const key of ['language', 'interrupt_mode', 'env'] as const)
      expect(committed[key]).toEqual(written[key]);
  });

  it('keep Jupyter on this machine, and lie where the environment says', () => {
    const { JUPYTER_CONFIG_PATH = '' } = jupyterEnvironment(fakeMachine().checkout, {});
    expect(dirname(JUPYTER_CONFIG_PATH).endsWith('kernel')).toBe(true);
    const { ServerApp } = readJson('kernel/jupyter/jupyter_server_config.json') as {
      ServerApp: { ip: string };
    };
    expect(ServerApp.ip).toBe('127.0.0.1');
  });

  it('pin every Python package, none of them the Python kernel', () => {
    const lines = readFileSync(join(repository, 'requirements.txt'), 'utf8').trim().split(/\r?\n/);
    for (const line of lines) expect(line).toMatch(/^[a-z0-9._-]+==[^ ]+( ; .+)?$/);
    expect(lines.some((line) => line.startsWith('jupyterlab=='))).toBe(true);
    expect(lines.filter((line) => /^(ipykernel|ipython|rfc3987-syntax)==/.test(line))).toEqual([]);
  });
});
