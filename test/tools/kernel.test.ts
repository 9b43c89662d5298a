import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runKernelTool } from '../../tools/kernel/run-kernel-tool.ts';
import { userKernelName, userKernelsFolder } from '../../tools/kernel/user-kernels.ts';

function folders() {
  const base = mkdtempSync(join(tmpdir(), 'kernels-'));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  const checkout = (name: string) => {
    const root = join(base, name);
    mkdirSync(join(root, 'node_modules', 'tslab'), { recursive: true });
    mkdirSync(join(root, 'kernel'));
    writeFileSync(join(root, 'kernel', 'start.cjs'), '');
    return root;
  };
  const kernels = join(base, 'data 数据', 'kernels');
  const run = (root: string, ...args: string[]) => {
    let said = '';
    const status = runKernelTool({ root, args, kernels, write: (text) => (said += text) });
    return { status, said };
  };
  return { kernels, checkout, run };
}

describe('npm run kernel', () => {
  it.each([
    ['linux', {}, '/home/me/.local/share/jupyter/kernels'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/data/jupyter/kernels'],
    ['darwin', {}, '/home/me/Library/Jupyter/kernels'],
    [
      'win32',
      { APPDATA: 'C:\\Users\\me\\AppData\\Roaming' },
      'C:\\Users\\me\\AppData\\Roaming\\jupyter\\kernels',
    ],
    ['linux', { JUPYTER_DATA_DIR: '/mine', XDG_DATA_HOME: '/data' }, '/mine/kernels'],
  ] as const)('finds the folder of this user on %s with %o', (platform, env, expected) => {
    expect(userKernelsFolder(env, platform, '/home/me')).toBe(expected);
  });

  it('writes absolute paths of this Node and this checkout, and prints what it wrote', () => {
    const { kernels, checkout, run } = folders();
    const root = checkout('course 课程');
    const { status, said } = run(root, 'install');
    expect(status).toBe(0);
    const path = join(kernels, userKernelName(root), 'kernel.json');
    expect(said).toContain(`Wrote ${path}`);
    const spec = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    expect(spec).toMatchObject({
      argv: [process.execPath, join(root, 'kernel', 'start.cjs'), '{connection_file}'],
      display_name: 'TypeScript (course 课程)',
      interrupt_mode: 'message',
    });
    expect(said).toContain(JSON.stringify(spec, null, 2));
  });

  it('keeps two checkouts apart, and says which one is gone', () => {
    const { checkout, run } = folders();
    const [first, second] = [checkout('a'), checkout('b')];
    run(first, 'install');
    run(second, 'install');
    rmSync(first, { recursive: true });
    const { said } = run(second, 'list');
    expect(said.trim().split('\n').toSorted()).toEqual(
      [
        `${userKernelName(first)}  ${first}  (that checkout is gone)`,
        `${userKernelName(second)}  ${second}  (this checkout)`,
      ].toSorted(),
    );
    expect(run(second, 'uninstall', userKernelName(first)).status).toBe(0);
    expect(run(second, 'list').said).not.toContain(first);
  });

  it('takes away its own kernel and no other', () => {
    const { kernels, checkout, run } = folders();
    const root = checkout('a');
    run(root, 'install');
    for (const name of ['python3', 'streaming-rag-of-somebody']) {
      mkdirSync(join(kernels, name));
      writeFileSync(join(kernels, name, 'kernel.json'), '{"argv":[]}');
    }
    expect(run(root, 'uninstall')).toEqual({
      status: 0,
      said: `Removed ${join(kernels, userKernelName(root))}\n`,
    });
    expect(run(root, 'uninstall').status).toBe(1);
    expect(run(root, 'uninstall', 'python3').status).toBe(1);
    expect(run(root, 'uninstall', '../kernels').status).toBe(1);
    expect(run(root, 'uninstall', 'streaming-rag-of-somebody').status).toBe(1);
    expect(existsSync(join(kernels, 'python3', 'kernel.json'))).toBe(true);
    expect(existsSync(join(kernels, 'streaming-rag-of-somebody', 'kernel.json'))).toBe(true);
  });

  it('says to install the packages first', () => {
    const { kernels, checkout, run } = folders();
    const root = checkout('a');
    rmSync(join(root, 'node_modules'), { recursive: true });
    expect(run(root, 'install')).toEqual({
      status: 1,
      said: 'The packages are not installed: run `npm ci` here first.\n',
    });
    expect(existsSync(kernels)).toBe(false);
  });

  it('says when the folder cannot be written', () => {
    const { kernels, checkout, run } = folders();
    const root = checkout('a');
    mkdirSync(join(kernels, '..'), { recursive: true });
    writeFileSync(kernels, '');
    const { status, said } = run(root, 'install');
    expect(status).toBe(1);
    expect(said).toMatch(/cannot be written \(E[A-Z]+\)/);
  });

  it.each([
    [[], 0],
    [['help'], 0],
    [['instal'], 1],
  ])('explains itself with %j', (args, status) => {
    const { checkout, run } = folders();
    const result = run(checkout('a'), ...args);
    expect(result.status).toBe(status);
    expect(result.said).toContain('npm run kernel -- install');
  });
});
