import { checkFunction, checkInteger, checkSource } from './checks.ts';
import type { MapOptions, Mapper } from './map-ordered.ts';
import { operator, type Scope, type Source, type Stream } from './operator.ts';
import { pullInTurn } from './pull.ts';
import type { Slot } from './slot.ts';

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
  return operator([source], signal, (scope) => run(source, mapper, concurrency, scope));
}

async function* run<Item, Result>(
  source: Source<Item>,
  mapper: Mapper<Item, Result>,
  concurrency: number,
  scope: Scope,
): Stream<Result> {
  const ready: Slot<Result>[] = [];
  let running = 0;
  const progress = { sourceDone: false };
  let pulled = 0;
  let wake: (() => void) | undefined;
  try {
    const reader = scope.open(source);
    const pull = pullInTurn(reader, () => scope.release(reader));
    const start = async (): Promise<void> => {
      try {
        const pulling = pull();
        const step = 'then' in pulling ? await pulling : pulling;
        if (step.done || scope.ended) {
          progress.sourceDone = true;
        } else {
          const index = pulled;
          pulled += 1;
          ready.push({ kind: 'value', value: await mapper(step.value, { index, signal: scope.signal }) });
        }
      } catch (error) {
        progress.sourceDone = true;
        ready.push({ kind: 'error', error });
      }
      running -= 1;
      wake?.();
    };
    for (;;) {
      scope.throwIfAborted();
      while (!progress.sourceDone && running + ready.length < concurrency) {
        running += 1;
        void start();
      }
      const slot = ready.shift();
      if (slot?.kind === 'value') {
        yield slot.value;
      } else if (slot?.kind === 'error') {
        throw slot.error;
      } else if (running === 0 || scope.ended) {
        return;
      } else {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await scope.wait(woken, undefined);
      }
    }
  } finally {
    scope.end();
  }
}
