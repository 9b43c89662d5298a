import { checkInteger, checkSource } from './checks.ts';
import { operator, type Scope, type Source, type Stream } from './operator.ts';

export interface TakeOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Gives the first `limit` items, then closes the source: it is not asked for an item that nobody gets.
 * `take(source, 0)` closes it unread. Named as in the TC39 iterator helpers.
 */
export function take<Item>(source: Source<Item>, limit: number, { signal }: TakeOptions = {}): Stream<Item> {
  checkSource(source);
  checkInteger('limit', limit, 0);
  return operator([source], signal, (scope) => run(source, limit, scope));
}

async function* run<Item>(source: Source<Item>, limit: number, scope: Scope): Stream<Item> {
  try {
    const reader = scope.open(source);
    scope.throwIfAborted();
    for (let taken = 0; taken < limit; taken += 1) {
      const step = await scope.read(reader);
      if (step.done) return;
      // The last item leaves with the source closed already: its reader may never come back.
      if (taken === limit - 1) scope.end();
      yield step.value;
    }
  } finally {
    scope.end();
  }
}
