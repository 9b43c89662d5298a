import { checkSource } from './checks.ts';
import { operator, type Reader, type Scope, type Source, type Stream } from './operator.ts';
import type { Slot } from './slot.ts';

export interface MergeOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads several sources at once and gives each item as it comes; the order within a source is kept. Asks a source for
 * its next item only after the one before was read on: one item of each source is the whole read-ahead. Ends when all
 * have ended; the first error ends it and closes the others.
 */
export function merge<Item>(sources: readonly Source<Item>[], { signal }: MergeOptions = {}): Stream<Item> {
  for (const [index, source] of sources.entries()) checkSource(source, `sources[${index}]`);
  const list = [...sources];
  return operator(list, signal, (scope) => run(list, scope));
}

async function* run<Item>(sources: readonly Source<Item>[], scope: Scope): Stream<Item> {
  const ready: { readonly reader: Reader<Item>; readonly slot: Slot<Item> }[] = [];
  let running = 0;
  let wake: (() => void) | undefined;
  const pull = async (reader: Reader<Item>): Promise<void> => {
    running += 1;
    try {
      const step = await reader.next();
      if (step.done) scope.release(reader);
      else ready.push({ reader, slot: { kind: 'value', value: step.value } });
    } catch (error) {
      scope.release(reader);
      ready.push({ reader, slot: { kind: 'error', error } });
    }
    running -= 1;
    wake?.();
  };
  try {
    const readers = sources.map((source) => scope.open(source));
    scope.throwIfAborted();
    for (const reader of readers) void pull(reader);
    for (;;) {
      const next = ready.shift();
      if (next?.slot.kind === 'value') {
        yield next.slot.value;
        scope.throwIfAborted();
        void pull(next.reader);
      } else if (next?.slot.kind === 'error') {
        throw next.slot.error;
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
