import { checkFunction, checkSource } from './checks.ts';
import { operator, type Scope, type Source, type Stream } from './operator.ts';

export interface FilterOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Passes on the items for which `keep` is true, one after the other. No read-ahead. Named as in the TC39 helpers. */
export function filter<Item>(
  source: Source<Item>,
  keep: (item: Item, index: number) => boolean | Promise<boolean>,
  { signal }: FilterOptions = {},
): Stream<Item> {
  checkSource(source);
  checkFunction('keep', keep);
  return operator([source], signal, (scope) => run(source, keep, scope));
}

async function* run<Item>(
  source: Source<Item>,
  keep: (item: Item, index: number) => boolean | Promise<boolean>,
  scope: Scope,
): Stream<Item> {
  try {
    const reader = scope.open(source);
    for (let index = 0; ; index += 1) {
      const step = await scope.read(reader);
      if (step.done) return;
      const verdict = keep(step.value, index);
      const kept = typeof verdict === 'boolean' ? verdict : await scope.wait(verdict, false);
      scope.throwIfAborted();
      if (kept) yield step.value;
    }
  } finally {
    scope.end();
  }
}
