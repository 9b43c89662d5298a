import { checkFunction, checkInteger, checkSource } from './checks.ts';
import type { MapOptions } from './map-ordered.ts';
import { MapRun } from './map-run.ts';
import type { Mapper } from './mapper.ts';
import { operator, type Source, type Stream } from './operator.ts';

/**
 * Maps items with up to `concurrency` mappers at once and gives each result as soon as it is there.
 *
 * Never more than `concurrency` items are running or waiting to be read; while the reader is idle nothing new is
 * pulled. The first failure ends the stream, after the results that were ready before it; the mappers still running
 * see their signal abort.
 * @throws RangeError, TypeError when called with bad options; the mapper's or source's error, or the signal's reason,
 * when read.
 */
export function mapUnordered<Item, Result>(
  source: Source<Item>,
  mapper: Mapper<Item, Result>,
  { concurrency = 4, signal }: MapOptions = {},
): Stream<Result> {
  checkSource(source);
  checkFunction('mapper', mapper);
  checkInteger('concurrency', concurrency, 1);
  const run = { source, mapper, concurrency, ordered: false };
  return operator([source], signal, (scope) => new MapRun(run, scope));
}
