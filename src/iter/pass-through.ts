import { operator, type Source, type Stream } from './operator.ts';

/** Gives a source the contract of an operator and changes nothing. No read-ahead. */
export function passThrough<Item>(source: Source<Item>, signal?: AbortSignal): Stream<Item> {
  return operator([source], signal, async function* (scope) {
    try {
      const reader = scope.open(source);
      for (;;) {
        const step = await scope.read(reader);
        if (step.done) return;
        yield step.value;
      }
    } finally {
      scope.end();
    }
  });
}
