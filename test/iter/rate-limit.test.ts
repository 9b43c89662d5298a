import * as fc from 'fast-check';
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/iter/clock.ts';
import { rateLimit } from '../../src/iter/rate-limit.ts';
import { TokenBucket } from '../../src/iter/token-bucket.ts';
import { settle } from './tracked-source.ts';

describe('TokenBucket', () => {
  it('should give no more than burst + rate × time, in any span of time, and leave none unused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 10 }),
        fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 30 }),
        async (perSecond, burst, gaps) => {
          const clock = new VirtualClock();
          const bucket = new TokenBucket({ perSecond, burst, clock });
          const times: number[] = [];
          await clock.run(async () => {
            const takes: Promise<void>[] = [];
            for (const gapMs of gaps) {
              await new Promise<void>((resolve) => {
                clock.setTimer(resolve, gapMs);
              });
              takes.push(bucket.take().then(() => void times.push(clock.now())));
            }
            await Promise.all(takes);
          });
          expect(times.length).toBe(gaps.length);
          for (const [first, from] of times.entries())
            for (let last = first; last < times.length; last += 1) {
              const allowed = burst + ((times[last]! - from) * perSecond) / 1_000;
              expect(last - first + 1).toBeLessThanOrEqual(allowed + 1e-6);
            }
          // A saturated bucket keeps its rate: each wait is rounded up by less than a millisecond.
          const endMs = gaps.reduce((sum, gapMs) => sum + gapMs, 0);
          expect(times.at(-1)!).toBeLessThanOrEqual(endMs + gaps.length * (1_000 / perSecond + 1));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('should serve first come, first served, and take nothing for one that leaves', async () => {
    const clock = new VirtualClock();
    const bucket = new TokenBucket({ perSecond: 1, burst: 3, clock });
    await bucket.take(3);
    const controller = new AbortController();
    const order: string[] = [];
    const large = bucket
      .take(3, { signal: controller.signal })
      .catch((error: unknown) => order.push(String(error)));
    const small = bucket.take(1).then(() => order.push('small'));
    await clock.advance(1_500);
    expect(order).toEqual([]);
    controller.abort('left');
    await Promise.all([large, small]);
    expect(order.toSorted()).toEqual(['left', 'small']);
    expect(clock.pendingTimers).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('should refuse what it can never give', async () => {
    expect(() => new TokenBucket({ perSecond: 0 })).toThrow(/`perSecond`/);
    expect(() => new TokenBucket({ perSecond: 1, burst: 0 })).toThrow(/`burst`/);
    const bucket = new TokenBucket({ perSecond: 1, burst: 2 });
    await expect(bucket.take(3)).rejects.toThrow(/`count` must be an integer from 1 to 2, got 3/);
  });
});

describe('rateLimit', () => {
  it('should pass a burst at once and the rest at the rate, pulling no earlier', async () => {
    const clock = new VirtualClock();
    const pulled: number[] = [];
    async function* source() {
      for (let index = 0; index < 5; index += 1) {
        pulled.push(clock.now());
        yield index;
      }
    }
    const times: number[] = [];
    await clock.run(async () => {
      for await (const _item of rateLimit(source(), { perSecond: 10, burst: 2, clock }))
        times.push(clock.now());
    });
    expect(times).toEqual([0, 0, 100, 200, 300]);
    expect(pulled).toEqual(times);
  });

  it('should share one limit among several streams', async () => {
    const clock = new VirtualClock();
    const bucket = new TokenBucket({ perSecond: 10, clock });
    const times: number[] = [];
    const read = async () => {
      for await (const _item of rateLimit([1, 2], bucket)) times.push(clock.now());
    };
    await clock.run(() => Promise.all([read(), read()]));
    // Six tokens: each stream also asks once for the item that is not there.
    expect(times).toEqual([0, 100, 200, 300]);
  });

  it('should leave no timer when its reader leaves', async () => {
    const clock = new VirtualClock();
    const stream = rateLimit([1, 2, 3], { perSecond: 1, clock });
    await stream.next();
    const pull = stream.next();
    await settle();
    expect(clock.pendingTimers).toBe(1);
    await stream.return();
    expect(await pull).toEqual({ done: true, value: undefined });
    expect(clock.pendingTimers).toBe(0);
  });
});
