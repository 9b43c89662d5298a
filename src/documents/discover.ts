import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, extname, join, matchesGlob, normalize, sep } from 'node:path';
import { DocumentError, documentErrorOf } from './document-error.ts';
import { isUrl } from './fetch-url.ts';
import { isKnownExtension } from './formats.ts';

/** A file that was found, or why something was not. */
export type Found =
  | { readonly kind: 'file'; readonly path: string; readonly id: string }
  | { readonly kind: 'error'; readonly path: string; readonly error: DocumentError };

export interface DiscoverOptions {
  /** Files found before the search gives up with an error. @default 1_000_000 */
  readonly maxFiles?: number;
  /** Folders within folders before the search turns back with an error. @default 64 */
  readonly maxDepth?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds the files that paths, folders, globs and URLs name, in the order given; a folder in the order of its sorted names.
 * Looks into a folder only when its reader asks for more. Folders are searched for the formats that the library
 * reads; hidden entries and `node_modules` are passed over unless they are named.
 */
export async function* discover(
  sources: readonly string[],
  { maxFiles = 1_000_000, maxDepth = 64, signal }: DiscoverOptions = {},
): AsyncGenerator<Found, void, undefined> {
  const seen = new Set<string>();
  const alone = sources.length === 1;
  let files = 0;
  for (const source of sources) {
    for await (const found of discoverOne(source, alone, maxDepth)) {
      signal?.throwIfAborted();
      if (found.kind === 'file') {
        if (seen.has(found.id)) continue;
        seen.add(found.id);
        files += 1;
        if (files > maxFiles) {
          const message = `More than ${maxFiles} files: raise \`maxFiles\` to load them all`;
          yield failure(new DocumentError('too-many', source, message));
          return;
        }
      }
      yield found;
    }
  }
}

async function* discoverOne(source: string, alone: boolean, maxDepth: number): AsyncGenerator<Found> {
  if (isUrl(source)) {
    yield { kind: 'file', path: source, id: new URL(source).href.replace(/#.*$/, '') };
    return;
  }
  try {
    const stats = await stat(source);
    if (stats.isDirectory()) {
      yield* walk({ root: source, prefix: alone ? '' : idOf(source), maxDepth });
    } else {
      // Pipes and devices go on to the loader, whose error says what they are.
      yield { kind: 'file', path: source, id: alone ? basename(source) : idOf(source) };
    }
  } catch (error) {
    if (isMissing(error) && /[*?[\]{}]/.test(source)) yield* discoverGlob(source, alone, maxDepth);
    else yield failure(documentErrorOf(error, source));
  }
}

async function* discoverGlob(pattern: string, alone: boolean, maxDepth: number): AsyncGenerator<Found> {
  const parts = normalize(pattern).split(sep);
  const firstWild = parts.findIndex((part) => /[*?[\]{}]/.test(part));
  const root = parts.slice(0, firstWild).join(sep) || (pattern.startsWith('/') ? sep : '.');
  const wild = parts.slice(firstWild);
  let matches = 0;
  const named = wild.join('/');
  for await (const found of walk({
    root,
    prefix: alone ? '' : idOf(root),
    maxDepth: named.includes('**') ? maxDepth : wild.length - 1,
    quietDepth: !named.includes('**'),
    accepts: (relative) => matchesGlob(relative, named),
    entersHidden: /(^|\/)\.[^/]/.test(named),
    entersPackages: true,
  })) {
    if (found.kind === 'file') matches += 1;
    yield found;
  }
  if (matches === 0)
    yield failure(new DocumentError('not-found', pattern, `No file matches the pattern '${pattern}'`));
}

interface Walk {
  readonly root: string;
  readonly prefix: string;
  readonly maxDepth: number;
  /** Turn back at `maxDepth` without an error: the pattern goes no deeper. */
  readonly quietDepth?: boolean;
  readonly accepts?: (relative: string) => boolean;
  readonly entersHidden?: boolean;
  readonly entersPackages?: boolean;
}

async function* walk(walk: Walk): AsyncGenerator<Found> {
  const accepts = walk.accepts ?? ((relative: string) => isKnownExtension(extname(relative)));
  // The real paths of the folders on the way down: meeting one again is a loop.
  yield* enter(walk.root, '', [], 0);

  async function* enter(
    folder: string,
    relative: string,
    above: readonly string[],
    depth: number,
  ): AsyncGenerator<Found> {
    let entries: Dirent[];
    let real: string;
    try {
      real = await realpath(folder);
      if (above.includes(real)) {
        const message = `'${folder}' leads back to a folder that holds it`;
        yield failure(new DocumentError('loop', folder, message));
        return;
      }
      entries = await readdir(folder, { withFileTypes: true });
    } catch (error) {
      yield failure(documentErrorOf(error, folder));
      return;
    }
    entries.sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0));
    for (const entry of entries) {
      if (entry.name.startsWith('.') && !walk.entersHidden) continue;
      if (entry.name === 'node_modules' && !walk.entersPackages) continue;
      const path = join(folder, entry.name);
      const inside = relative === '' ? entry.name : `${relative}/${entry.name}`;
      const kind = await kindOf(entry, path);
      if (kind === 'folder') {
        if (depth < walk.maxDepth) yield* enter(path, inside, [...above, real], depth + 1);
        else if (!walk.quietDepth) {
          const message = `'${path}' is more than ${walk.maxDepth} folders deep`;
          yield failure(new DocumentError('too-many', path, message));
        }
      } else if (accepts(inside)) {
        if (kind instanceof DocumentError) yield failure(kind);
        else yield { kind: 'file', path, id: idOf(walk.prefix === '' ? inside : `${walk.prefix}/${inside}`) };
      }
    }
  }
}

/** Links are followed; one that leads nowhere or to itself is an error of its own. */
async function kindOf(entry: Dirent, path: string): Promise<'folder' | 'file' | DocumentError> {
  if (entry.isDirectory()) return 'folder';
  if (!entry.isSymbolicLink()) return 'file';
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    return documentErrorOf(error, path);
  }
}

/** A path as an id: normalised, with `/` on every system. */
export function idOf(path: string): string {
  const normal = normalize(path).split(sep).join('/');
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}

function failure(error: DocumentError): Found {
  return { kind: 'error', path: error.path, error };
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EINVAL';
}
