import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { isAlive } from '../../tools/start/processes.ts';
import { type FakeMachine, fakeMachine, goodPython, repository } from './fake-machine.ts';
import type { FakePython } from './fake-programs.ts';

interface Started {
  child: ChildProcess;
  /** All that it has printed so far. */
  said: () => string;
  /** Waits until it has printed this; fails with what it printed if it ends before. */
  says: (words: string | RegExp) => Promise<void>;
  ended: Promise<{ status: number | null }>;
}

/** Starts the course of a fake machine, in a process of its own; it is ended with the test if it has not. */
function start(machine: FakeMachine, args: string[] = []): Started {
  const child = spawn(
    process.execPath,
    [join(repository, 'test', 'tools', 'start-in.ts'), machine.root, ...args],
    {
      env: machine.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (more: string) => (text += more));
  const ended = once(child, 'close').then(([status]) => ({ status: status as number | null }));
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const says = async (words: string | RegExp) => {
    await vi.waitFor(
      () => {
        if (child.exitCode === null && !new RegExp(words).test(text))
          throw new Error(`not yet said: ${words}`);
      },
      { timeout: 15_000, interval: 20 },
    );
    expect(text).toMatch(words);
  };
  return { child, said: () => text, says, ended };
}

/** A machine that has been started before. */
function goodMachine(python: Partial<FakePython> = {}): FakeMachine {
  const machine = fakeMachine();
  machine.prepare({ ...goodPython, ...python });
  return machine;
}

/** A machine with a Python, on which nothing has been made yet. */
function newMachine(python: Partial<FakePython> = {}): FakeMachine {
  const machine = fakeMachine();
  machine.addPython('python3', { ...goodPython, ...python });
  return machine;
}

const labCall = (machine: FakeMachine) => machine.calls().find(({ args }) => args[1] === 'jupyterlab');

describe.skipIf(process.platform === 'win32')('npm start', () => {
  it('builds, makes the Python side, starts JupyterLab inside the checkout, and prints the address', async () => {
    const machine = newMachine();
    const run = start(machine, ['--no-browser', '--LabApp.collaborative=true']);
    await run.says('Open  http');
    expect(run.said()).toMatch(/✓ Library +built into dist\/ .* s\n/);
    expect(run.said()).toMatch(/✓ Python +made .venv/);
    expect(run.said()).toMatch(
      /Open {2}http:\/\/127\.0\.0\.1:\d+\/lab\/tree\/notebooks\/00-start-here\.ipynb\?token=the-token/,
    );
    const lab = labCall(machine);
    expect(lab?.args.at(-1)).toBe('--LabApp.collaborative=true');
    expect(lab?.args).toContain(`--ServerApp.root_dir=${machine.root}`);
    for (const name of ['CONFIG_DIR', 'DATA_DIR', 'RUNTIME_DIR']) {
      expect(lab?.env[`JUPYTER_${name}`]).toContain(machine.checkout.state);
    }
    expect(lab?.env['ORT_DISABLE_TELEMETRY']).toBe('1');
  });

  it('writes the kernel specification with absolute paths, and signs the chapters', async () => {
    const machine = goodMachine();
    writeFileSync(join(machine.checkout.notebooks, 'mine.ipynb'), '{}');
    const run = start(machine);
    await run.says('Open  http');
    const path = join(machine.checkout.state, 'data', 'kernels', 'tslab', 'kernel.json');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      argv: [process.execPath, join(machine.root, 'kernel', 'start.cjs'), '{connection_file}'],
      interrupt_mode: 'message',
    });
    const signed = machine.calls().find(({ args }) => args[1] === 'nbformat.sign');
    expect(signed?.args.slice(2)).toEqual([join(machine.checkout.notebooks, '00-start-here.ipynb')]);
  });

  it('signs a chapter again only when it has changed', async () => {
    const machine = goodMachine();
    const signatures = () => machine.calls().filter(({ args }) => args[1] === 'nbformat.sign').length;
    for (const expected of [1, 1]) {
      const run = start(machine);
      await run.says('Open  http');
      run.child.kill('SIGINT');
      await run.ended;
      expect(signatures()).toBe(expected);
    }
    writeFileSync(join(machine.checkout.notebooks, '00-start-here.ipynb'), '{"cells":[ ]}');
    const run = start(machine);
    await run.says('Open  http');
    expect(signatures()).toBe(2);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'ends all it started on %s, with status 0',
    async (signal) => {
      const machine = goodMachine();
      const run = start(machine);
      await run.says('Open  http');
      run.child.kill(signal);
      expect(await run.ended).toEqual({ status: 0 });
      expect(isAlive(labCall(machine)?.pid ?? 0)).toBe(false);
      expect(readdirSync(join(machine.checkout.state, 'runtime'))).toEqual([]);
    },
  );

  it('ends a JupyterLab that does not listen at once when Ctrl-C comes twice', async () => {
    const machine = goodMachine({ lab: 'ignores SIGTERM' });
    const run = start(machine);
    await run.says('Open  http');
    run.child.kill('SIGINT');
    await run.says('Stopping');
    expect(isAlive(labCall(machine)?.pid ?? 0)).toBe(true);
    run.child.kill('SIGINT');
    await run.ended;
    expect(isAlive(labCall(machine)?.pid ?? 0)).toBe(false);
  });

  it('ends a kernel that outlived its server', async () => {
    const machine = goodMachine();
    const run = start(machine);
    await run.says('Open  http');
    const runtime = labCall(machine)?.env['JUPYTER_RUNTIME_DIR'] ?? '';
    const wait = 'setInterval(() => {}, 1000)';
    const kernel = spawn(process.execPath, ['-e', wait, join(runtime, 'kernel-1.json')], { stdio: 'ignore' });
    const gone = once(kernel, 'exit');
    run.child.kill('SIGTERM');
    expect((await gone)[1]).toBe('SIGKILL');
  });

  it('ends with its log named when JupyterLab ends by itself', async () => {
    const machine = goodMachine();
    const run = start(machine);
    await run.says('Open  http');
    process.kill(labCall(machine)?.pid ?? 0, 'SIGKILL');
    expect(await run.ended).toEqual({ status: 1 });
    expect(run.said()).toContain('JupyterLab has ended by itself (SIGKILL)');
    expect(run.said()).toContain('jupyter.log');
  });

  it('gives the last words of a JupyterLab that ends before it listens', async () => {
    const run = start(goodMachine({ lab: 'dies at once' }));
    expect(await run.ended).toEqual({ status: 1 });
    expect(run.said()).toContain('JupyterLab ended with status 3 before it listened');
    expect(run.said()).toContain('OSError: something is wrong with the server');
  });

  it('mends what a start that was killed left behind', async () => {
    const machine = goodMachine();
    const first = start(machine);
    await first.says('Open  http');
    first.child.kill('SIGKILL');
    await first.ended;
    const pid = labCall(machine)?.pid ?? 0;
    expect(isAlive(pid)).toBe(true);
    const second = start(machine);
    await second.says('Open  http');
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false));
    expect(readdirSync(join(machine.checkout.state, 'runtime'))).toEqual([String(second.child.pid)]);
  });

  it('makes the Python side again after it was killed while pip ran', async () => {
    const machine = newMachine({ installHangs: true });
    const first = start(machine);
    await vi.waitFor(() => expect(machine.calls().some(({ args }) => args[1] === 'pip')).toBe(true), {
      timeout: 15_000,
    });
    first.child.kill('SIGKILL');
    await first.ended;
    process.kill(machine.calls().find(({ args }) => args[1] === 'pip')?.pid ?? 0, 'SIGKILL');
    expect(existsSync(machine.checkout.venv)).toBe(true);
    machine.addPython('python3', goodPython);
    const second = start(machine);
    await second.says('Open  http');
    expect(second.said()).toContain('made .venv');
    expect(readdirSync(machine.root).filter((name) => name.startsWith('.venv'))).toEqual(['.venv']);
  });

  it('ends pip too when Ctrl-C comes while it runs', async () => {
    const machine = newMachine({ installHangs: true });
    const run = start(machine);
    const pip = () => machine.calls().find(({ args }) => args[1] === 'pip')?.pid ?? 0;
    await vi.waitFor(() => expect(pip()).not.toBe(0), { timeout: 15_000 });
    run.child.kill('SIGINT');
    expect(await run.ended).toEqual({ status: 130 });
    expect(isAlive(pip())).toBe(false);
    expect(run.said()).not.toContain('could not be installed');
  });

  it('says that the port is taken which the reader has named', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const run = start(goodMachine(), ['--port', String(port)]);
    expect(await run.ended).toEqual({ status: 1 });
    expect(run.said()).toContain(
      `Port ${port} is taken. Leave \`--port\` out for the next free one, or name another.`,
    );
  });

  it.each([['0'], ['65536'], ['8888x'], ['']])('refuses `--port %s`', async (port) => {
    const run = start(fakeMachine(), ['--port', port]);
    expect(await run.ended).toEqual({ status: 1 });
    expect(run.said()).toContain(`\`--port\` takes a number from 1 to 65535, got '${port}'.`);
  });

  it('runs beside another start of the same folder, and says so', async () => {
    const machine = goodMachine();
    const first = start(machine);
    await first.says('Open  http');
    const second = start(machine);
    await second.says('Open  http');
    expect(second.said()).toContain('This folder is already open at http://127.0.0.1:');
    second.child.kill('SIGINT');
    await second.ended;
    expect(isAlive(labCall(machine)?.pid ?? 0)).toBe(true);
  });

  it('waits for another start that prepares the same folder', async () => {
    const machine = newMachine({ installHangs: true });
    const first = start(machine);
    await vi.waitFor(() => expect(machine.calls().some(({ args }) => args[1] === 'pip')).toBe(true), {
      timeout: 15_000,
    });
    machine.addPython('python3', goodPython);
    const second = start(machine);
    await second.says('Another `npm start` prepares this folder');
    first.child.kill('SIGINT');
    await second.says('Open  http');
  });

  it('opens the list of files, and says why, when there is no first chapter', async () => {
    const machine = goodMachine();
    rmSync(join(machine.checkout.notebooks, '00-start-here.ipynb'));
    const run = start(machine);
    await run.says(/Open {2}http:\S+\/lab\?token/);
    expect(run.said()).toContain('There is no notebooks/00-start-here.ipynb in this checkout');
  });

  it('says that the packages are not installed', async () => {
    const machine = fakeMachine();
    rmSync(join(machine.root, 'node_modules'));
    const run = start(machine);
    expect(await run.ended).toEqual({ status: 1 });
    expect(run.said().trim()).toBe('The packages are not installed: run `npm ci` here, then `npm start`.');
  });

  it('gives the words of the compiler when the library does not compile', async () => {
    const machine = goodMachine();
    writeFileSync(join(machine.root, 'src', 'index.ts'), 'export const here: number = "no";\n');
    const run = start(machine);
    expect(await run.ended).toEqual({ status: 1 });
    expect(run.said()).toContain('The library does not compile:\nsrc/index.ts(1,14): error TS2322');
    expect(run.said()).not.toContain('    at ');
  });

  it('says that the folder cannot be written', async () => {
    const machine = goodMachine();
    rmSync(machine.checkout.state, { recursive: true });
    // Permissions do not bind root: a file where the folder should be does.
    writeFileSync(machine.checkout.state, '');
    const run = start(machine);
    expect(await run.ended).toEqual({ status: 1 });
    expect(run.said()).toMatch(/cannot be written \(E[A-Z]+\): the course keeps its settings/);
  });

  it('says what is missing without a stack trace', async () => {
    const run = start(fakeMachine());
    expect(await run.ended).toEqual({ status: 1 });
    expect(run.said()).toContain('There is no Python on PATH');
    expect(run.said()).not.toContain('    at ');
  });

  it('explains its arguments', async () => {
    const run = start(fakeMachine(), ['--help']);
    expect(await run.ended).toEqual({ status: 0 });
    expect(run.said()).toContain('--no-browser');
  });

  it('tells the notebooks where the local endpoint is, and ends it', async () => {
    const listens = "const port = process.argv[process.argv.indexOf('--port') + 1];\n";
    const says = 'console.log(JSON.stringify({ url: `http://127.0.0.1:${port}/v1` }));';
    const machine = withEndpoint(goodMachine(), listens + says);
    const run = start(machine);
    await run.says('Open  http');
    const url = /✓ Endpoint +(http:\/\/127\.0\.0\.1:\d+\/v1)/.exec(run.said())?.[1];
    expect(url).toBeDefined();
    expect(labCall(machine)?.env['STREAMING_RAG_LLM_URL']).toBe(url);
    const pid = Number(readFileSync(join(machine.root, 'endpoint.pid'), 'utf8'));
    run.child.kill('SIGINT');
    await run.ended;
    expect(isAlive(pid)).toBe(false);
  });

  it('starts no endpoint when the reader has named one, and keeps its password to itself', async () => {
    const machine = withEndpoint(goodMachine(), '');
    machine.env['OPENAI_BASE_URL'] = 'https://me:secret@models.test/v1';
    const run = start(machine);
    await run.says('Open  http');
    expect(run.said()).toMatch(/✓ Endpoint +yours: https:\/\/models\.test\/v1/);
    expect(run.said()).not.toContain('secret');
    expect(labCall(machine)?.env['STREAMING_RAG_LLM_URL']).toBeUndefined();
    expect(existsSync(join(machine.root, 'endpoint.pid'))).toBe(false);
  });

  it('goes on without an endpoint that does not start, and says why', async () => {
    const machine = withEndpoint(goodMachine(), "throw new TypeError('the model is missing');");
    const run = start(machine);
    await run.says('Open  http');
    expect(run.said()).toContain('none: TypeError: the model is missing');
  });
});

/** Gives the machine's checkout a `tools/llm.ts` of its own, that stays after it has run `code`. */
function withEndpoint(machine: FakeMachine, code: string): FakeMachine {
  const tools = join(machine.root, 'tools');
  mkdirSync(tools);
  writeFileSync(join(tools, 'run.mjs'), "await import('./llm.ts');\n");
  writeFileSync(
    join(tools, 'llm.ts'),
    `import { writeFileSync } from 'node:fs';\nwriteFileSync('endpoint.pid', String(process.pid));\n${code}\nsetInterval(() => {}, 1000);\n`,
  );
  return machine;
}
