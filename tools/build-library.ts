import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';

/** Every file below `folder`, sorted, as paths. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** A hash of all that the build reads: content, not times, so that a fresh clone and a touched file are told apart. */
function sourceHash(root: string): string {
  const hash = createHash('sha256');
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'package.json'].map((name) => join(root, name));
  for (const path of [...settings, ...filesBelow(join(root, 'src'))]) {
    hash.update(relative(root, path)).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}

/** Whether `dist/` is there, whole, and of these sources. */
export function isBuildFresh(root: string): boolean {
  const stamp = join(root, 'dist', '.stamp');
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sourceHash(root);
}

/**
 * Compiles `src/` to `dist/` if it is stale. The build is made beside `dist/` and moved into place whole, and its stamp
 * is written last: a build that was killed half-way is simply made again.
 *
 * @throws Error with the compiler's words, if the sources do not compile.
 */
export function buildLibrary({ root }: { root: string }): { built: boolean; seconds: number } {
  const started = performance.now();
  const dist = join(root, 'dist');
  const stamp = join(dist, '.stamp');
  const wanted = sourceHash(root);
  const seconds = () => (performance.now() - started) / 1000;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted)
    return { built: false, seconds: seconds() };

  const fresh = join(root, `.dist-${process.pid}`);
  try {
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh);
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    if (!existsSync(compiler)) throw new Error('TypeScript is not installed here: run `npm ci` first.');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [compiler, '-p', join(root, 'tsconfig.build.json'), '--outDir', fresh, '--pretty', 'false'],
      { cwd: root, encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`The library does not compile:\n${stdout}${stderr}`);
    // Files that are read as they are: pages, workers in plain JavaScript, WebAssembly.
    for (const path of filesBelow(join(root, 'src'))) {
      if (!path.endsWith('.ts')) cpSync(path, join(fresh, relative(join(root, 'src'), path)));
    }
    writeFileSync(join(fresh, '.stamp'), wanted);
    rmSync(dist, { recursive: true, force: true });
    renameSync(fresh, dist);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return { built: true, seconds: seconds() };
}
