import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/iter/clock.ts';
import { mapOrdered } from '../../src/iter/map-ordered.ts';
import { mapUnordered } from '../../src/iter/map-unordered.ts';
import { sleep } from '../../src/iter/sleep.ts';
import { toArray } from '../../src/iter/to-array.ts';
import { settle, TrackedSource } from './tracked-source.ts';

describe.each([
  ['mapOrdered', mapOrdered],
  ['mapUnordered', mapUnordered],
])('%s', (_name, map) => {
  it.each([0, -1, 1.5, Number.NaN, Infinity, '4'])(
    'should refuse a concurrency of %s at once',
    (concurrency) => {
      expect(() => map([], (item) => item, { concurrency: concurrency as number })).toThrow(
        /`concurrency` must be an integer from 1 up, got/,
      );
      expect(() => map([], undefined as never)).toThrow(/`mapper` must be a function/);
    },
  );

  it('should lose and repeat nothing, and keep to its window, whatever the delays', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 50 }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 8 }),
        async (delays, concurrency) => {
          const clock = new VirtualClock();
          let inFlight = 0;
          let most = 0;
          const mapper = async (delayMs: number, { index }: { index: number }) => {
            inFlight += 1;
            most = Math.max(most, inFlight);
            await sleep(delayMs, { clock });
            inFlight -= 1;
            return index;
          };
          const results = await clock.run(() => toArray(map(delays, mapper, { concurrency })));
          const indexes = delays.map((_, index) => index);
          if (map === mapOrdered) expect(results).toEqual(indexes);
          else expect(results.toSorted((left, right) => left - right)).toEqual(indexes);
          expect(most).toBeLessThanOrEqual(concurrency);
          expect(most).toBe(Math.min(concurrency, delays.length));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('should abort the mappers that are still running when the reader leaves', async () => {
    const signals: AbortSignal[] = [];
    const stream = map(
      [0, 1, 2, 3],
      async (item, { signal }) => {
        signals.push(signal);
        if (item > 0) await new Promise<never>(() => undefined);
        return item;
      },
      { concurrency: 4 },
    );
    for await (const item of stream) {
      expect(item).toBe(0);
      break;
    }
    expect(signals.map((signal) => signal.aborted)).toEqual([true, true, true, true]);
  });

  it('should hand the reason of the outer signal to the mappers', async () => {
    const controller = new AbortController();
    let inner: AbortSignal | undefined;
    const stream = map(
      [0],
      (_item, { signal }) => {
        inner = signal;
        return new Promise<never>(() => undefined);
      },
      { signal: controller.signal },
    );
    const pull = stream.next();
    await settle();
    controller.abort('enough');
    await expect(pull).rejects.toBe('enough');
    expect(inner?.reason).toBe('enough');
  });

  it('should leave no unhandled rejection when several mappers fail', async () => {
    const stream = map([0, 1, 2, 3], (item) => Promise.reject(new Error(`failed ${item}`)), {
      concurrency: 4,
    });
    await expect(toArray(stream)).rejects.toThrow('failed 0');
    await settle();
  });
});

describe('mapOrdered', () => {
  it('should give a failure in its place, after the results before it', async () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    const mapper = async (item: number) => {
      await sleep(item === 2 ? 0 : 100, { clock });
      if (item === 2) throw new Error('third');
      return item;
    };
    await expect(
      clock.run(async () => {
        for await (const item of mapOrdered([0, 1, 2, 3], mapper)) seen.push(item);
      }),
    ).rejects.toThrow('third');
    expect(seen).toEqual([0, 1]);
  });

  it('should count finished and unread items into its window', async () => {
    const source = new TrackedSource();
    const stream = mapOrdered(source, (item) => item, { concurrency: 3 });
    await stream.next();
    await settle();
    expect(source.pulls).toBe(3);
    await stream.next();
    await settle();
    expect(source.pulls).toBe(4);
    await stream.return();
  });
});

describe('mapUnordered', () => {
  it('should give results as they come', async () => {
    const clock = new VirtualClock();
    const mapper = async (delayMs: number) => {
      await sleep(delayMs, { clock });
      return delayMs;
    };
    const results = await clock.run(() => toArray(mapUnordered([30, 10, 20], mapper)));
    expect(results).toEqual([10, 20, 30]);
  });

  it('should fail with the first failure, though an earlier item still runs', async () => {
    const stream = mapUnordered([0, 1], (item) =>
      item === 0 ? new Promise<never>(() => undefined) : Promise.reject(new Error('second')),
    );
    await expect(stream.next()).rejects.toThrow('second');
  });
});
