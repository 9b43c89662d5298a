import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { checkoutRoot } from './checkout.ts';

/**
 * Paths of the READMEs of installed packages: real files, written by many hands, on every reader's disk. Relative to the
 * current folder, with `/`, so that they are the same on every machine.
 *
 * @throws Error naming the packages that are not installed or have no README.
 */
export function installedReadmes(packages: readonly string[]): string[] {
  const missing: string[] = [];
  const paths = packages.map((name) => {
    const folder = join(checkoutRoot, 'node_modules', name);
    const file = existsSync(folder) && readdirSync(folder).find((entry) => /^readme\.md$/i.test(entry));
    if (!file) missing.push(name);
    return relative(process.cwd(), join(folder, String(file))).replaceAll(sep, '/');
  });
  if (missing.length > 0)
    throw new Error(`No README of ${missing.join(', ')} under node_modules/. Run \`npm ci\`.`);
  return paths;
}
