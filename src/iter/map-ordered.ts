import { checkFunction, checkInteger, checkSource } from './checks.ts';
import { MapRun } from './map-run.ts';
import type { Mapper } from './mapper.ts';
import { operator, type Source, type Stream } from './operator.ts';

export type { MapContext, Mapper } from './mapper.ts';

export interface MapOptions {
  /** Mappers that may run at once; with those finished and unread, also the read-ahead. @default 4 */
  readonly concurrency?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Maps items with up to `concurrency` mappers at once and gives the results in the order of the source.
 *
 * Never more than `concurrency` items are running or waiting to be read; while the reader is idle nothing new is
 * pulled. A failure (the source's or a mapper's) comes in its place in the order, after the results before it; the
 * mappers still running see their signal abort.
 * @throws RangeError, TypeError when called with bad options; the mapper's or source's error, or the signal's reason,
 * when read.
 * @example
 * for await (const page of mapOrdered(urls, (url, { signal }) => fetch(url, { signal }), { concurrency: 8 })) …
 */
export function mapOrdered<Item, Result>(
  source: Source<Item>,
  mapper: Mapper<Item, Result>,
  { concurrency = 4, signal }: MapOptions = {},
): Stream<Result> {
  checkSource(source);
  checkFunction('mapper', mapper);
  checkInteger('concurrency', concurrency, 1);
  const run = { source, mapper, concurrency, ordered: true };
  return operator([source], signal, (scope) => new MapRun(run, scope));
}
