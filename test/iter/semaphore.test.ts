import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/iter/clock.ts';
import { Semaphore } from '../../src/iter/semaphore.ts';
import { sleep } from '../../src/iter/sleep.ts';
import { settle } from './tracked-source.ts';

describe('Semaphore', () => {
  it('should let no more run at once than it has permits, first come, first served', async () => {
    const clock = new VirtualClock();
    const semaphore = new Semaphore(2);
    const began: number[] = [];
    let running = 0;
    await clock.run(() =>
      Promise.all(
        [30, 10, 10, 10].map((delayMs, index) =>
          semaphore.run(async () => {
            began.push(index);
            running += 1;
            expect(running).toBeLessThanOrEqual(2);
            await sleep(delayMs, { clock });
            running -= 1;
          }),
        ),
      ),
    );
    expect(began).toEqual([0, 1, 2, 3]);
    expect(clock.now()).toBe(30);
    expect(semaphore.available).toBe(2);
  });

  it('should take a permit back when the work throws, and at the end of an `await using` block', async () => {
    const semaphore = new Semaphore(1);
    await expect(semaphore.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    {
      await using permit = await semaphore.acquire();
      expect(permit).toBeDefined();
      expect(semaphore.available).toBe(0);
    }
    expect(semaphore.available).toBe(1);
  });

  it('should take a permit back only once', async () => {
    const semaphore = new Semaphore(1);
    const permit = await semaphore.acquire();
    permit.release();
    permit.release();
    expect(semaphore.available).toBe(1);
  });

  it('should let a waiter go with the reason of its signal, and serve the next in line', async () => {
    const semaphore = new Semaphore(1);
    const first = await semaphore.acquire();
    const controller = new AbortController();
    const second = semaphore.acquire({ signal: controller.signal }).catch((error: unknown) => error);
    const third = semaphore.acquire();
    await settle();
    controller.abort('enough');
    expect(await second).toBe('enough');
    expect(semaphore.waiting).toBe(1);
    first.release();
    (await third).release();
    expect(semaphore.available).toBe(1);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('should not let a newcomer slip in before those who wait', async () => {
    const semaphore = new Semaphore(1);
    const order: string[] = [];
    const first = await semaphore.acquire();
    const waiting = semaphore.run(() => order.push('waiter'));
    first.release();
    const newcomer = semaphore.run(() => order.push('newcomer'));
    await Promise.all([waiting, newcomer]);
    expect(order).toEqual(['waiter', 'newcomer']);
  });

  it('should refuse anything but a count of permits', () => {
    expect(() => new Semaphore(0)).toThrow(/`permits` must be an integer from 1 up, got 0/);
  });
});
