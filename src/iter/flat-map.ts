import { checkFunction, checkSource } from './checks.ts';
import { operator, type Scope, type Source, type Stream } from './operator.ts';

export interface FlatMapOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Gives all items of what `mapper` makes of each item, one source after the other. No read-ahead: the next item is
 * pulled when the stream of the one before has ended. Named as in the TC39 helpers.
 */
export function flatMap<Item, Result>(
  source: Source<Item>,
  mapper: (item: Item, context: { readonly index: number; readonly signal: AbortSignal }) => Source<Result>,
  { signal }: FlatMapOptions = {},
): Stream<Result> {
  checkSource(source);
  checkFunction('mapper', mapper);
  return operator([source], signal, (scope) => run(source, mapper, scope));
}

async function* run<Item, Result>(
  source: Source<Item>,
  mapper: (item: Item, context: { readonly index: number; readonly signal: AbortSignal }) => Source<Result>,
  scope: Scope,
): Stream<Result> {
  try {
    const reader = scope.open(source);
    for (let index = 0; ; index += 1) {
      const step = await scope.read(reader);
      if (step.done) return;
      const inner = scope.open(mapper(step.value, { index, signal: scope.signal }));
      for (;;) {
        const innerStep = await scope.read(inner);
        if (innerStep.done) break;
        yield innerStep.value;
      }
      scope.release(inner);
    }
  } finally {
    scope.end();
  }
}
