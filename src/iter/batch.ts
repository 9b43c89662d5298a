import { checkFunction, checkInteger, checkNumber, checkSource } from './checks.ts';
import { realClock, type Clock } from './clock.ts';
import { operator, type Scope, type Source, type Stream } from './operator.ts';
import type { Slot } from './slot.ts';

export interface BatchOptions<Item> {
  /** Most items in a batch. @default 16, or no limit when `maxWeight` is given */
  readonly size?: number;
  /** Most weight in a batch; an item that alone weighs more travels alone. */
  readonly maxWeight?: number;
  /** Weight of an item, such as its tokens. @default () => 1 */
  readonly weightOf?: (item: Item) => number;
  /** Gives a batch that is not full this many milliseconds after its first item came. @default no limit */
  readonly maxWaitMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** @default realClock */
  readonly clock?: Clock;
}

type Event<Item> = Slot<Item> | { readonly kind: 'late' };

/**
 * Gathers items into arrays, in order; the last may be smaller, none is empty. Reads ahead by no more than the batch
 * it gathers and, where a weight or a wait ended the batch before, one item. An error of the source comes after the
 * items before it, as a batch of their own.
 * @throws RangeError when called with bad options, or when read if `weightOf` gives a negative or non-finite weight.
 */
export function batch<Item>(source: Source<Item>, options: BatchOptions<Item> = {}): Stream<Item[]> {
  checkSource(source);
  const { maxWeight, weightOf = () => 1, maxWaitMs, signal, clock = realClock } = options;
  const { size = maxWeight === undefined ? 16 : Number.MAX_SAFE_INTEGER } = options;
  checkInteger('size', size, 1);
  if (maxWeight !== undefined) checkNumber('maxWeight', maxWeight, 0);
  checkFunction('weightOf', weightOf);
  if (maxWaitMs !== undefined) checkNumber('maxWaitMs', maxWaitMs, 0);
  const limits = { size, maxWeight: maxWeight ?? Infinity, weightOf, maxWaitMs, clock };
  return operator([source], signal, (scope) => run(source, limits, scope));
}

interface Limits<Item> {
  readonly size: number;
  readonly maxWeight: number;
  readonly weightOf: (item: Item) => number;
  readonly maxWaitMs: number | undefined;
  readonly clock: Clock;
}

async function* run<Item>(source: Source<Item>, limits: Limits<Item>, scope: Scope): Stream<Item[]> {
  const { size, maxWeight, weightOf, maxWaitMs, clock } = limits;
  let items: Item[] = [];
  let weight = 0;
  let cancelTimer: (() => void) | undefined;
  let late = false;
  let onLate: (() => void) | undefined;
  let pending: Promise<Slot<Item>> | undefined;

  const startTimer = () => {
    if (maxWaitMs === undefined) return;
    cancelTimer = clock.setTimer(() => {
      late = true;
      onLate?.();
    }, maxWaitMs);
  };
  const finish = (): Item[] => {
    const full = items;
    items = [];
    weight = 0;
    cancelTimer?.();
    late = false;
    return full;
  };
  scope.onEnd(() => cancelTimer?.());
  try {
    const reader = scope.open(source);
    for (;;) {
      scope.throwIfAborted();
      let event: Event<Item>;
      if (maxWaitMs === undefined) {
        event = await readSlot(scope, reader);
      } else if (late) {
        event = { kind: 'late' };
      } else {
        // The pull that a timer overtook is kept for the next batch.
        const pulling = (pending ??= readSlot(scope, reader));
        event = await new Promise<Event<Item>>((resolve) => {
          onLate = () => resolve({ kind: 'late' });
          void pulling.then(resolve);
        });
        onLate = undefined;
        if (event.kind !== 'late') pending = undefined;
      }
      if (event.kind === 'late') {
        yield finish();
        continue;
      }
      if (event.kind === 'error') {
        if (items.length > 0 && !scope.ended) yield finish();
        throw event.error;
      }
      if (event.kind === 'done') {
        if (items.length > 0 && !scope.ended) yield finish();
        return;
      }
      const itemWeight = weightOf(event.value);
      checkNumber('weightOf(item)', itemWeight, 0);
      if (items.length > 0 && weight + itemWeight > maxWeight) yield finish();
      if (items.length === 0) startTimer();
      items.push(event.value);
      weight += itemWeight;
      if (items.length >= size || weight >= maxWeight) yield finish();
    }
  } finally {
    scope.end();
  }
}

async function readSlot<Item>(scope: Scope, reader: ReturnType<Scope['open']>): Promise<Slot<Item>> {
  try {
    const step = (await scope.read(reader)) as IteratorResult<Item, unknown>;
    return step.done ? { kind: 'done' } : { kind: 'value', value: step.value };
  } catch (error) {
    return { kind: 'error', error };
  }
}
