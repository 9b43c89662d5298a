import { extname } from 'node:path';
import { checkInteger, shown } from '../iter/checks.ts';
import { mapOrdered } from '../iter/map-ordered.ts';
import { decode } from './decode.ts';
import { discover, type Found } from './discover.ts';
import type { Document } from './document.ts';
import { documentErrorOf, type DocumentError } from './document-error.ts';
import { formatOf } from './formats.ts';
import { readWholeFile } from './read-file.ts';

/** A document, or why there is none: one bad file never loses the rest. */
export type LoadResult =
  | { readonly kind: 'document'; readonly document: Document }
  | { readonly kind: 'error'; readonly path: string; readonly error: DocumentError };

export interface LoadProgress {
  /** Path of the source that was just finished. */
  readonly path: string;
  /** Sources finished, errors included. */
  readonly done: number;
  readonly failed: number;
  /** Sources found so far. */
  readonly found: number;
  /** The final `found`, once the search is over. */
  readonly total: number | undefined;
}

export interface LoadOptions {
  /** Files read at once, and read ahead. @default 8 */
  readonly concurrency?: number;
  /** Largest file read; a larger one is an error. @default 67_108_864 (64 MiB) */
  readonly maxBytes?: number;
  /** Most files loaded from one call. @default 1_000_000 */
  readonly maxFiles?: number;
  readonly signal?: AbortSignal | undefined;
  /** Called after each source. */
  readonly onProgress?: (progress: LoadProgress) => void;
}

/**
 * Loads files, folders and globs, each result as a value, in the order given; folders in the order of their sorted
 * names. Reads up to `concurrency` files at once, and no further ahead of its reader.
 *
 * Ids are stable: one folder gives paths relative to it, with `/`; one file gives its name; several sources give the
 * paths as given. An empty folder gives nothing: `NothingFoundError` is there for callers that need something.
 * @throws RangeError, TypeError when called with bad options; the signal's reason when read. All else is a value.
 * @example
 * for await (const result of loadDocuments('notes'))
 *   if (result.kind === 'document') console.log(result.document.id);
 */
export function loadDocuments(
  sources: string | readonly string[],
  { concurrency = 8, maxBytes = 67_108_864, maxFiles = 1_000_000, signal, onProgress }: LoadOptions = {},
): AsyncGenerator<LoadResult, void, undefined> {
  const list = typeof sources === 'string' ? [sources] : [...sources];
  for (const source of list) {
    if (typeof source !== 'string' || source === '')
      throw new TypeError(`\`sources\` must be paths, got ${shown(source)}`);
  }
  checkInteger('concurrency', concurrency, 1);
  checkInteger('maxBytes', maxBytes, 1, 2 ** 31 - 1);
  checkInteger('maxFiles', maxFiles, 1);

  let found = 0;
  let total: number | undefined;
  let done = 0;
  let failed = 0;
  async function* counted(): AsyncGenerator<Found, void, undefined> {
    for await (const one of discover(list, { maxFiles, signal })) {
      found += 1;
      yield one;
    }
    total = found;
  }
  return mapOrdered(
    counted(),
    async (one, context): Promise<LoadResult> => {
      const result = one.kind === 'error' ? one : await loadFile(one.path, one.id, maxBytes, context.signal);
      done += 1;
      if (result.kind === 'error') failed += 1;
      onProgress?.({ path: one.path, done, failed, found, total });
      return result;
    },
    { concurrency, signal },
  );
}

async function loadFile(
  path: string,
  id: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<LoadResult> {
  try {
    const bytes = await readWholeFile(path, maxBytes, signal);
    const format = formatOf(extname(path));
    const { text, metadata } = await format.parse(decode(bytes, path));
    return {
      kind: 'document',
      document: { id, text, metadata: { source: path, mediaType: format.mediaType, ...metadata } },
    };
  } catch (error) {
    signal.throwIfAborted();
    return { kind: 'error', path, error: documentErrorOf(error, path) };
  }
}
