import { describe, expect, it } from 'vitest';
import { batch } from '../../src/iter/batch.ts';
import { buffer } from '../../src/iter/buffer.ts';
import { VirtualClock } from '../../src/iter/clock.ts';
import { drop } from '../../src/iter/drop.ts';
import { filter } from '../../src/iter/filter.ts';
import { flatMap } from '../../src/iter/flat-map.ts';
import { merge } from '../../src/iter/merge.ts';
import { sleep } from '../../src/iter/sleep.ts';
import { take } from '../../src/iter/take.ts';
import { tap } from '../../src/iter/tap.ts';
import { toArray } from '../../src/iter/to-array.ts';
import { settle, TrackedSource } from './tracked-source.ts';

async function* timed(clock: VirtualClock, delays: readonly number[]) {
  for (const [index, delayMs] of delays.entries()) {
    await sleep(delayMs, { clock });
    yield index;
  }
}

describe('batch', () => {
  it('should give full batches and a smaller last one', async () => {
    expect(await toArray(batch([1, 2, 3, 4, 5], { size: 2 }))).toEqual([[1, 2], [3, 4], [5]]);
    expect(await toArray(batch([], { size: 2 }))).toEqual([]);
  });

  it('should keep to a weight, and let what weighs more travel alone', async () => {
    const words = ['a', 'bbb', 'cc', 'dddddddd', 'e', 'f'];
    const batches = batch(words, { maxWeight: 4, weightOf: (word) => word.length });
    expect(await toArray(batches)).toEqual([['a', 'bbb'], ['cc'], ['dddddddd'], ['e', 'f']]);
  });

  it('should give what has come when the wait is over, counted from the first item', async () => {
    const clock = new VirtualClock();
    const source = timed(clock, [0, 10, 100, 10, 10]);
    const batches = await clock.run(() => toArray(batch(source, { size: 10, maxWaitMs: 50, clock })));
    expect(batches).toEqual([
      [0, 1],
      [2, 3, 4],
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('should give no empty batch, however long nothing comes', async () => {
    const clock = new VirtualClock();
    const batches = await clock.run(() => toArray(batch(timed(clock, [500, 500]), { maxWaitMs: 10, clock })));
    expect(batches).toEqual([[0], [1]]);
  });

  it('should refuse bad options when called, and bad weights when read', async () => {
    expect(() => batch([], { size: 0 })).toThrow(/`size` must be an integer from 1 up, got 0/);
    expect(() => batch([], { maxWeight: -1 })).toThrow(/`maxWeight`/);
    expect(() => batch([], { maxWaitMs: Number.NaN })).toThrow(/`maxWaitMs`/);
    await expect(toArray(batch([1], { maxWeight: 5, weightOf: () => -1 }))).rejects.toThrow(/weightOf/);
  });
});

describe('buffer', () => {
  it('should read ahead by its size while the reader is busy, and no further', async () => {
    const source = new TrackedSource();
    const stream = buffer(source, { size: 3 });
    await stream.next();
    await settle();
    expect(source.pulls).toBe(4);
    await stream.return();
  });
});

describe('merge', () => {
  it('should give items as they come and keep the order within a source', async () => {
    const clock = new VirtualClock();
    const slow = timed(clock, [10, 10, 10]);
    async function* fast() {
      for await (const index of timed(clock, [1, 1, 1])) yield `fast ${index}`;
    }
    const items = await clock.run(() => toArray(merge<unknown>([slow, fast()])));
    expect(items).toEqual(['fast 0', 'fast 1', 'fast 2', 0, 1, 2]);
  });

  it('should not let a quick source starve another', async () => {
    const items = await toArray(
      take(merge([new TrackedSource(), ['x', 'y']] as AsyncIterable<unknown>[]), 6),
    );
    expect(items).toContain('x');
    expect(items).toContain('y');
  });

  it('should close the other sources when one fails', async () => {
    const other = new TrackedSource({ hangAt: 0 });
    await expect(toArray(merge([other, new TrackedSource({ failAt: 1 })]))).rejects.toThrow(
      'the source failed',
    );
    expect(other.closed).toBe(1);
  });

  it('should end at once without sources', async () => {
    expect(await toArray(merge([]))).toEqual([]);
  });
});

describe('take, drop, filter, flatMap, tap', () => {
  it('should take no item that it does not give, and close the source with the last', async () => {
    const source = new TrackedSource();
    const stream = take(source, 2);
    await stream.next();
    await stream.next();
    expect(source).toMatchObject({ pulls: 2, closed: 1 });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    const unread = new TrackedSource();
    expect(await toArray(take(unread, 0))).toEqual([]);
    expect(unread).toMatchObject({ pulls: 0, closed: 1 });
  });

  it('should drop, filter and flatten in order', async () => {
    expect(await toArray(drop([1, 2, 3], 2))).toEqual([3]);
    expect(await toArray(filter([1, 2, 3, 4], async (item) => item % 2 === 0))).toEqual([2, 4]);
    expect(await toArray(flatMap([1, 2], (item) => [item, item * 10]))).toEqual([1, 10, 2, 20]);
  });

  it('should close both the inner and the outer source of flatMap', async () => {
    const outer = new TrackedSource();
    const inner = new TrackedSource();
    const stream = flatMap(outer, () => inner);
    await stream.next();
    await stream.return();
    expect([outer.closed, inner.closed]).toEqual([1, 1]);
  });

  it('should wait for a tap that takes time', async () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    await clock.run(async () => {
      const observed = tap([1, 2], async () => {
        await sleep(10, { clock });
      });
      for await (const _item of observed) seen.push(clock.now());
    });
    expect(seen).toEqual([10, 20]);
  });
});
