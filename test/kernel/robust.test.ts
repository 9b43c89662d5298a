import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newConnection } from '../../kernel/client/connection.ts';
import { KernelConnection } from '../../kernel/client/kernel-connection.ts';
import { kernelArgv, runCell, startKernelForTest, useKernel } from './start-kernel.ts';

const { run } = useKernel();

describe('a cell that', () => {
  it('calls process.exit gets an error that says how to start anew', async () => {
    await run('const kept = 1;');
    const { reply } = await run('process.exit(3)');
    expect(reply).toMatchObject({ status: 'error', ename: 'ProcessExitError' });
    expect(reply['evalue']).toContain('process.exit(3)');
    expect((await run('kept')).value).toBe('1');
  });

  it.each([
    ['ends stdout', 'process.stdout.end(); process.stderr.end();'],
    ['destroys stdout', 'process.stdout.destroy();'],
    ['throws from a write to stdout', 'process.stdout.emit("drain")'],
  ])('%s does not silence later cells', async (_what, source) => {
    await run(source);
    expect((await run('console.log("still here")')).stdout).toBe('still here\n');
  });

  it.each([
    [
      'replaces process.stdout.write',
      'const write = process.stdout.write; process.stdout.write = () => true;',
      'process.stdout.write = write;',
    ],
    [
      'replaces console',
      'const saved = console; globalThis.console = null as any;',
      'globalThis.console = saved;',
    ],
    [
      'replaces timers',
      'const st = setTimeout; (globalThis as any).setTimeout = () => { throw new Error("no") };',
      'globalThis.setTimeout = st;',
    ],
    [
      'replaces JSON.stringify for its own objects',
      'const js = JSON.stringify; JSON.stringify = ((v: unknown) => js(v)) as any;',
      'JSON.stringify = js;',
    ],
  ])('%s still gets its answers', async (_what, spoil, mend) => {
    await run(spoil);
    expect((await run('[1, 2]')).value).toBe('[ 1, 2 ]');
    expect((await run(mend)).reply['status']).toBe('ok');
    expect((await run('console.log("back")')).stdout).toBe('back\n');
  });

  it('overflows the stack gets a RangeError', async () => {
    expect((await run('function deep(): number { return deep() + 1 }\ndeep()')).reply['ename']).toBe(
      'RangeError',
    );
  });

  it('sets a listener for uncaught errors does not hide its errors', async () => {
    const { reply } = await run('process.on("uncaughtException", () => {}); throw new Error("seen")');
    expect(reply['evalue']).toBe('seen');
  });

  it('has a display that cannot be made into JSON gets the error', async () => {
    const { reply } = await run(
      "import { display } from 'tslab';\ndisplay.raw('application/json', { big: 1n } as any)",
    );
    expect(reply['status']).toBe('error');
    expect((await run('1')).value).toBe('1');
  });

  it('makes the compiler fail gets an error, and the next one its answer', async () => {
    await run(
      'type Deep<N extends number, T extends unknown[] = []> = T["length"] extends N ? T : Deep<N, [...T, 0]>;\nlet deep: Deep<3000>;',
    );
    expect((await run('1')).value).toBe('1');
  });
});

describe('a flood of output', () => {
  it('of a million lines arrives whole', async () => {
    const client = await startKernelForTest();
    const exchange = client.execute('for (let n = 0; n < 1_000_000; n++) console.log("line")');
    expect((await exchange.done)['status']).toBe('ok');
    const [output] = exchange.outputs.outputs;
    expect(output?.output_type === 'stream' && output.text.length).toBe(5_000_000);
  });

  it('does not pile up in the kernel while the client reads slowly', async () => {
    const client = await startKernelForTest();
    const before = Number((await runCell(client, 'process.memoryUsage.rss()')).value);
    const flood = client.execute(
      'const chunk = "x".repeat(100_000);\nfor (let n = 0; n < 3000; n++) console.log(chunk);',
    );
    // 300 MB are read here only as fast as this process can.
    expect((await flood.done)['status']).toBe('ok');
    const after = Number((await runCell(client, 'process.memoryUsage.rss()')).value);
    expect(after - before).toBeLessThan(250_000_000);
  });
});

describe('a kernel', () => {
  it('whose heap is full says so before it ends, and leaves no process', async () => {
    const client = await startKernelForTest({
      argv: [process.execPath, '--max-old-space-size=400', ...kernelArgv.slice(1)],
    });
    const exchange = client.execute(
      'const kept: number[][] = [];\nfor (;;) kept.push(new Array(100_000).fill(Math.random()));',
    );
    await expect(exchange.done).rejects.toThrow('the kernel ended');
    const said = JSON.stringify(exchange.outputs.outputs);
    expect(said).toContain('memory is nearly full');
    expect((await client.exited).code).not.toBe(0);
  });

  it('whose client was killed ends by itself, even while a cell keeps it busy', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kernel-orphan-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const connection = await newConnection();
    const file = join(folder, 'connection.json');
    await writeFile(file, JSON.stringify(connection));
    const argv = kernelArgv.map((part) => part.replace('{connection_file}', file));
    const script = `const child = require('node:child_process').spawn(${JSON.stringify(argv[0])}, ${JSON.stringify(argv.slice(1))}, { stdio: 'ignore' }); console.log(child.pid)`;
    const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.once('data', (text) => resolve(Number(text))),
    );
    const client = new KernelConnection(connection);
    onTestFinished(() => client.close());
    await client.open();
    client.execute('for (;;);').done.catch(() => {});
    parent.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });

  it('refuses to start without a connection file, in a sentence', async () => {
    const [command = '', start = ''] = kernelArgv;
    const child = spawn(command, [start], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => (said += String(text)));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(code).toBe(1);
    expect(said).toContain('The kernel is started by a Jupyter client');
  });

  it('ends when its ports are taken, and says so', async () => {
    const client = await startKernelForTest();
    const folder = await mkdtemp(join(tmpdir(), 'kernel-ports-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'connection.json');
    await writeFile(file, JSON.stringify(client.connection));
    const [command = '', ...args] = kernelArgv.map((part) => part.replace('{connection_file}', file));
    const second = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    second.stderr.on('data', (text) => (said += String(text)));
    expect(await new Promise((resolve) => second.once('close', resolve))).toBe(1);
    expect(said).toMatch(/the sockets failed: .*in use/i);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
