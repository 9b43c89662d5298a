import { checkInteger, checkSource } from './checks.ts';
import { operator, type Scope, type Source, type Stream } from './operator.ts';

export interface DropOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Leaves out the first `count` items. No read-ahead. Named as in the TC39 helpers. */
export function drop<Item>(source: Source<Item>, count: number, { signal }: DropOptions = {}): Stream<Item> {
  checkSource(source);
  checkInteger('count', count, 0);
  return operator([source], signal, (scope) => run(source, count, scope));
}

async function* run<Item>(source: Source<Item>, count: number, scope: Scope): Stream<Item> {
  try {
    const reader = scope.open(source);
    for (let index = 0; ; index += 1) {
      const step = await scope.read(reader);
      if (step.done) return;
      if (index >= count) yield step.value;
    }
  } finally {
    scope.end();
  }
}
