import { isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** The notebooks named on the command line, or the first chapter; as paths below the checkout with forward slashes. */
export function notebooksFromArguments(): string[] {
  const named = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
  const paths = named.length > 0 ? named : ['notebooks/00-start-here.ipynb'];
  return paths.map((path) => {
    const below = relative(root, resolve(path));
    if (below.startsWith('..') || isAbsolute(below))
      throw new Error(`${path} is not in the checkout ${root}`);
    return below.replaceAll('\\', '/');
  });
}
