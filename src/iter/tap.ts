import { checkFunction, checkSource } from './checks.ts';
import { operator, type Scope, type Source, type Stream } from './operator.ts';

export interface TapOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Shows every item to `onItem`, then passes it on unchanged. No read-ahead. A promise that `onItem` returns is waited
 * for, so a slow observer slows the stream; an observer that throws ends it.
 */
export function tap<Item>(
  source: Source<Item>,
  onItem: (item: Item, index: number) => unknown,
  { signal }: TapOptions = {},
): Stream<Item> {
  checkSource(source);
  checkFunction('onItem', onItem);
  return operator([source], signal, (scope) => run(source, onItem, scope));
}

async function* run<Item>(
  source: Source<Item>,
  onItem: (item: Item, index: number) => unknown,
  scope: Scope,
): Stream<Item> {
  try {
    const reader = scope.open(source);
    for (let index = 0; ; index += 1) {
      const step = await scope.read(reader);
      if (step.done) return;
      const observed = onItem(step.value, index);
      if (observed instanceof Promise) await scope.wait(observed, undefined);
      scope.throwIfAborted();
      yield step.value;
    }
  } finally {
    scope.end();
  }
}
