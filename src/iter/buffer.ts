import { checkInteger, checkSource } from './checks.ts';
import { operator, type Reader, type Scope, type Source, type Stream } from './operator.ts';
import { doneSlot, type Slot } from './slot.ts';

export interface BufferOptions {
  /** Items held ready for the reader; reading ahead pauses while there are as many. @default 16 */
  readonly size?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads ahead of its reader by up to `size` items, so that a source and a reader that are slow by turns do not wait
 * for each other. Begins with the first pull. An error of the source comes after the items before it.
 */
export function buffer<Item>(source: Source<Item>, { size = 16, signal }: BufferOptions = {}): Stream<Item> {
  checkSource(source);
  checkInteger('size', size, 1);
  return operator([source], signal, (scope) => run(source, size, scope));
}

async function* run<Item>(source: Source<Item>, size: number, scope: Scope): Stream<Item> {
  const ready: Slot<Item>[] = [];
  let wakeReader: (() => void) | undefined;
  let wakeFiller: (() => void) | undefined;
  const fill = async (reader: Reader<Item>): Promise<void> => {
    try {
      for (;;) {
        while (ready.length >= size) {
          await new Promise<void>((resolve) => {
            wakeFiller = resolve;
          });
        }
        if (scope.ended) return;
        const step = await reader.next();
        ready.push(step.done ? doneSlot : { kind: 'value', value: step.value });
        wakeReader?.();
        if (step.done) {
          scope.release(reader);
          return;
        }
      }
    } catch (error) {
      scope.release(reader);
      ready.push({ kind: 'error', error });
      wakeReader?.();
    }
  };
  try {
    const reader = scope.open(source);
    void fill(reader);
    for (;;) {
      scope.throwIfAborted();
      const slot = ready.shift();
      if (slot === undefined) {
        const filled = new Promise<void>((resolve) => {
          wakeReader = resolve;
        });
        await scope.wait(filled, undefined);
        if (scope.ended) return;
        continue;
      }
      wakeFiller?.();
      if (slot.kind === 'done') return;
      if (slot.kind === 'error') throw slot.error;
      yield slot.value;
    }
  } finally {
    scope.end();
    ready.length = 0;
    wakeFiller?.();
  }
}
