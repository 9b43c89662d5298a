import { checkNumber, checkSource } from './checks.ts';
import { realClock, type Clock } from './clock.ts';
import { operator, type Scope, type Source, type Stream } from './operator.ts';

/** What took too long: the first item, any item, or the whole stream. */
export type TimeoutKind = 'first' | 'item' | 'total';

export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly kind: TimeoutKind;
  readonly limitMs: number;

  constructor(kind: TimeoutKind, limitMs: number) {
    const what = { first: 'The first item', item: 'An item', total: 'The stream' }[kind];
    super(`${what} took longer than ${limitMs} ms`);
    this.kind = kind;
    this.limitMs = limitMs;
  }
}

export interface TimeoutOptions {
  /** From the pull of the first item until it comes. @default `itemMs` */
  readonly firstMs?: number;
  /** From the pull of an item until it comes. The time that the reader takes is its own. */
  readonly itemMs?: number;
  /** From the first pull to the end of the stream, the reader's time included. */
  readonly totalMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** @default realClock */
  readonly clock?: Clock;
}

/**
 * Passes items on as long as they come in time. No read-ahead. When time is up the source is closed at once, also
 * between two pulls, and the reader gets a TimeoutError.
 * @throws RangeError, TypeError when called with bad options or with no limit at all.
 */
export function timeout<Item>(source: Source<Item>, options: TimeoutOptions): Stream<Item> {
  checkSource(source);
  const { itemMs, firstMs = itemMs, totalMs, signal, clock = realClock } = options;
  for (const [name, value] of Object.entries({ itemMs, firstMs, totalMs }))
    if (value !== undefined) checkNumber(name, value, 0);
  if (firstMs === undefined && itemMs === undefined && totalMs === undefined)
    throw new TypeError('`timeout` needs at least one of `firstMs`, `itemMs` and `totalMs`');
  return operator([source], signal, (scope) => run(source, { firstMs, itemMs, totalMs, clock }, scope));
}

async function* run<Item>(
  source: Source<Item>,
  { firstMs, itemMs, totalMs, clock }: TimeoutOptions & { readonly clock: Clock },
  scope: Scope,
): Stream<Item> {
  const startTimer = (kind: TimeoutKind, limitMs: number | undefined): (() => void) | undefined =>
    limitMs === undefined
      ? undefined
      : clock.setTimer(() => scope.fail(new TimeoutError(kind, limitMs)), limitMs);
  let cancelItemTimer: (() => void) | undefined;
  try {
    const reader = scope.open(source);
    if (!scope.ended) {
      const cancelTotal = startTimer('total', totalMs);
      scope.onEnd(() => {
        cancelTotal?.();
        cancelItemTimer?.();
      });
    }
    for (let index = 0; ; index += 1) {
      if (!scope.ended)
        cancelItemTimer = index === 0 ? startTimer('first', firstMs) : startTimer('item', itemMs);
      const step = await scope.read(reader);
      cancelItemTimer?.();
      if (step.done) return;
      yield step.value;
    }
  } finally {
    scope.end();
  }
}
