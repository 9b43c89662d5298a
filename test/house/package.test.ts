import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
interface Manifest {
  readonly exports: Record<string, string | Record<string, string>>;
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
}
const manifest = JSON.parse(read('package.json')) as Manifest;

/** Files that git tracks, or every source file where there is no git (an unpacked archive). */
function trackedFiles(): string[] {
  return execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)));
}

describe('the package', () => {
  it('should name types first in every export, so that every resolver finds them', () => {
    for (const [path, target] of Object.entries(manifest.exports)) {
      if (typeof target === 'string') continue;
      expect(Object.keys(target)[0], path).toBe('types');
      for (const file of Object.values(target)) expect(file, path).toMatch(/^\.\/dist\//);
    }
  });

  it('should lock versions without download addresses, so that any registry mirror serves', () => {
    const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { resolved?: string }> };
    const addresses = Object.entries(lock.packages).filter(([, { resolved }]) => resolved?.includes('://'));
    expect(addresses).toEqual([]);
  });

  it.runIf(existsSync(join(root, '.git')))('should use every dependency that it asks for', () => {
    const code = trackedFiles()
      .filter((path) => /^(src|tools|kernel)\/.*\.(ts|mjs|cjs|js)$/.test(path))
      .map(read)
      .join('\n');
    const unused = Object.keys(manifest.dependencies).filter((name) => !code.includes(`'${name}`));
    expect(unused).toEqual([]);
  });

  it.runIf(existsSync(join(root, '.git')))('should name no registry host in any tracked file', () => {
    const hosts = /registry\.npmjs\.org|files\.pythonhosted\.org|pypi\.org\/simple/;
    const naming = trackedFiles()
      .filter((path) => !/\.(onnx|png|pdf|ico|bin)$/.test(path))
      .filter((path) => hosts.test(read(path)));
    expect(naming).toEqual([]);
  });
});
