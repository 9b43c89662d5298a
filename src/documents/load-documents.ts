import { fileURLToPath } from 'node:url';
import { checkInteger, checkNumber, shown } from '../iter/checks.ts';
import { mapOrdered } from '../iter/map-ordered.ts';
import { flatMap } from '../iter/flat-map.ts';
import type { Stream } from '../iter/operator.ts';
import { discover, type Found } from './discover.ts';
import { checkEncoding } from './encoding.ts';
import type { LoadResult } from './load-result.ts';
import { loadSource } from './load-source.ts';

export interface LoadProgress {
  /** Path of the source that was just finished. */
  readonly path: string;
  /** Sources finished, errors included. */
  readonly done: number;
  /** Sources with an error. */
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
  /** Encoding of all sources, by a name that `TextDecoder` knows. @default detected, each by itself */
  readonly encoding?: string;
  /** How long a server may say nothing before it is given up. @default 30_000 */
  readonly silenceMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Called after each source. */
  readonly onProgress?: (progress: LoadProgress) => void;
}

/**
 * Loads files, folders, globs and URLs, each result as a value, in the order given; folders in the order of their
 * sorted names. Reads up to `concurrency` sources at once, and no further ahead of its reader.
 *
 * Reads Markdown (front matter to metadata), plain text, HTML, PDF, notebooks and JSON Lines (a document a line);
 * what has an unknown extension is read as text when it is named, and passed over in a folder. A text is never
 * repaired: bytes that do not decode are an error.
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
  {
    concurrency = 8,
    maxBytes = 67_108_864,
    maxFiles = 1_000_000,
    silenceMs = 30_000,
    encoding,
    signal,
    onProgress,
  }: LoadOptions = {},
): Stream<LoadResult> {
  const list = (typeof sources === 'string' ? [sources] : [...sources]).map(localPath);
  for (const source of list) {
    if (typeof source !== 'string' || source === '' || source.includes('\0'))
      throw new TypeError(`\`sources\` must be paths or URLs, got ${shown(source)}`);
  }
  checkInteger('concurrency', concurrency, 1);
  checkInteger('maxBytes', maxBytes, 1, 2 ** 31 - 1);
  checkInteger('maxFiles', maxFiles, 1);
  checkNumber('silenceMs', silenceMs, 0);
  const named = encoding === undefined ? undefined : checkEncoding(encoding);

  const counts = { done: 0, failed: 0, found: 0 };
  let total: number | undefined;
  async function* counted(): AsyncGenerator<Found, void, undefined> {
    for await (const one of discover(list, { maxFiles, signal })) {
      counts.found += 1;
      yield one;
    }
    total = counts.found;
  }
  const loaded = mapOrdered(
    counted(),
    async (one, context): Promise<readonly LoadResult[]> => {
      const limits = { maxBytes, silenceMs, encoding: named, signal: context.signal };
      const results = one.kind === 'error' ? [one] : await loadSource(one, limits);
      counts.done += 1;
      if (results.some((result) => result.kind === 'error')) counts.failed += 1;
      onProgress?.({ path: one.path, ...counts, total });
      return results;
    },
    { concurrency, signal },
  );
  return flatMap(loaded, (results) => results, { signal });
}

function localPath(source: string): string {
  return typeof source === 'string' && /^file:\/\//i.test(source) ? fileURLToPath(source) : source;
}
