import { getEventListeners } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { VirtualClock } from '../../src/iter/clock.ts';
import type { Source, Stream } from '../../src/iter/operator.ts';
import { settle, TrackedSource } from './tracked-source.ts';

export interface OperatorUnderTest {
  readonly name: string;
  /** The operator over a source, changing nothing. `onItem` is called where it has a mapper of its own. */
  readonly apply: (
    source: Source<number>,
    options: { signal?: AbortSignal; clock: VirtualClock; onItem: (item: number) => number },
  ) => Stream<unknown>;
  /** Items pulled and not yet given to the reader. */
  readonly readAhead: number;
  readonly maps?: boolean;
  /** Opens its source with the first pull and not before: closed unread, there is nothing to close. */
  readonly opensLate?: boolean;
  /** Takes no source, so cannot refuse a bad one. */
  readonly takesNoSource?: boolean;
}

const same = (item: number) => item;

async function collect(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of stream) items.push(item);
  return items.flat();
}

/** The contract that every operator keeps, case by case. */
export function describeOperator(operator: OperatorUnderTest): void {
  describe(operator.name, () => {
    const open = (
      source: Source<number>,
      { signal, onItem = same }: { signal?: AbortSignal; onItem?: (item: number) => number } = {},
    ) => {
      const clock = new VirtualClock();
      onTestFinished(() => expect(clock.pendingTimers, 'timers left behind').toBe(0));
      if (signal !== undefined)
        onTestFinished(() =>
          expect(getEventListeners(signal, 'abort').length, 'listeners left behind').toBe(0),
        );
      return operator.apply(source, { ...(signal && { signal }), clock, onItem });
    };

    it.each([0, 1, 2, 40])('should give all of %i items, from a source of either kind', async (count) => {
      const items = Array.from({ length: count }, (_, index) => index);
      expect(await collect(open(items))).toEqual(items);
      const source = new TrackedSource({ count });
      expect(await collect(open(source, { signal: new AbortController().signal }))).toEqual(items);
      expect(source).toMatchObject({ opened: 1, closed: 0, overlapped: false });
    });

    it('should pull nothing before its reader does', async () => {
      const source = new TrackedSource();
      const stream = open(source);
      await settle();
      expect(source.pulls).toBe(0);
      await stream.return();
    });

    it('should pull no further ahead of an idle reader than it says', async () => {
      const source = new TrackedSource();
      const stream = open(source);
      await stream.next();
      await settle(20);
      expect(source.pulls).toBeLessThanOrEqual(1 + operator.readAhead);
      await stream.return();
    });

    it('should close its source once when the reader breaks off', async () => {
      const source = new TrackedSource();
      const { signal } = new AbortController();
      for await (const item of open(source, { signal })) {
        expect(item).toBeDefined();
        break;
      }
      await settle();
      expect(source.closed).toBe(1);
    });

    it('should close its source when it is closed unread', async () => {
      const source = new TrackedSource();
      const { signal } = new AbortController();
      await open(source, { signal }).return();
      await settle();
      expect(source).toMatchObject({ pulls: 0, closed: operator.opensLate ? 0 : 1 });
    });

    it('should end a pull that waits when the reader returns', async () => {
      const source = new TrackedSource({ hangAt: 0 });
      const stream = open(source, { signal: new AbortController().signal });
      const pull = stream.next();
      await source.hanging;
      await stream.return();
      expect(await pull).toEqual({ done: true, value: undefined });
      await settle();
      expect(source.closed).toBe(1);
    });

    it('should not block the reader on a source that cannot be unwound', async () => {
      const source: AsyncIterable<number> = {
        [Symbol.asyncIterator]: () => ({
          next: async () => ({ done: false, value: 1 }),
          return: () => new Promise<never>(() => undefined),
        }),
      };
      for await (const item of open(source)) {
        expect(item).toBeDefined();
        break;
      }
    });

    it("should give the source's error after the items before it, and not close what has ended", async () => {
      const source = new TrackedSource({ failAt: 3 });
      const items: unknown[] = [];
      const stream = open(source, { signal: new AbortController().signal });
      await expect(
        (async () => {
          for await (const item of stream) items.push(item);
        })(),
      ).rejects.toThrow('the source failed');
      expect(items.flat()).toEqual([0, 1, 2]);
      expect(source.closed).toBe(0);
      expect(await stream.next()).toEqual({ done: true, value: undefined });
    });

    it('should give the reason of a signal that had aborted, and pull nothing', async () => {
      const source = new TrackedSource();
      const reason = new Error('stop');
      const stream = open(source, { signal: AbortSignal.abort(reason) });
      await expect(stream.next()).rejects.toBe(reason);
      await settle();
      expect(source.pulls).toBe(0);
      if (!operator.opensLate) expect(source.closed).toBe(1);
    });

    it('should give the reason at once when the signal aborts during a pull', async () => {
      const source = new TrackedSource({ hangAt: 1 });
      const controller = new AbortController();
      const stream = open(source, { signal: controller.signal });
      const items = collect(stream);
      await source.hanging;
      const reason = { not: 'an error' };
      controller.abort(reason);
      await expect(items).rejects.toBe(reason);
      await settle();
      expect(source.closed).toBe(1);
    });

    it('should close its source when the signal aborts between two pulls, and give the reason with the next', async () => {
      const source = new TrackedSource();
      const controller = new AbortController();
      const stream = open(source, { signal: controller.signal });
      await stream.next();
      const reason = new Error('stop');
      controller.abort(reason);
      await settle();
      expect(source.closed).toBe(1);
      expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
      await expect(collect(stream)).rejects.toBe(reason);
    });

    it('should hold no listener on the signal once it is done', async () => {
      const { signal } = new AbortController();
      const stream = open(new TrackedSource({ count: 2 }), { signal });
      expect(getEventListeners(signal, 'abort')).toEqual([]);
      await collect(stream);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    });

    if (operator.maps) {
      it('should close its source once when the mapper throws', async () => {
        const source = new TrackedSource();
        const stream = open(source, {
          signal: new AbortController().signal,
          onItem(item) {
            if (item === 2) throw new Error('the mapper failed');
            return item;
          },
        });
        await expect(collect(stream)).rejects.toThrow('the mapper failed');
        await settle();
        expect(source.closed).toBe(1);
      });
    }

    if (!operator.takesNoSource) {
      it('should refuse what cannot be iterated when it is called', () => {
        expect(() => operator.apply(undefined as never, { clock: new VirtualClock(), onItem: same })).toThrow(
          TypeError,
        );
        expect(() => operator.apply(7 as never, { clock: new VirtualClock(), onItem: same })).toThrow(
          /got 7/,
        );
      });
    }
  });
}
