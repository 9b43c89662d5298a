import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { realClock, VirtualClock } from '../../src/iter/clock.ts';
import { sleep } from '../../src/iter/sleep.ts';

describe('VirtualClock', () => {
  it('should fire timers in the order of their times, equal ones in the order of setting', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    clock.setTimer(() => fired.push('b'), 20);
    clock.setTimer(() => fired.push('a'), 10);
    clock.setTimer(() => fired.push('c'), 20);
    await clock.advance(19);
    expect(fired).toEqual(['a']);
    await clock.advance(1);
    expect(fired).toEqual(['a', 'b', 'c']);
    expect(clock.now()).toBe(20);
  });

  it('should fire timers that are set on the way, at their own time', async () => {
    const clock = new VirtualClock(1_000);
    const times: number[] = [];
    const work = (async () => {
      for (let count = 0; count < 3; count += 1) {
        await sleep(10, { clock });
        times.push(clock.now());
      }
    })();
    await clock.advance(100);
    await work;
    expect(times).toEqual([1_010, 1_020, 1_030]);
    expect(clock.now()).toBe(1_100);
  });

  it('should not fire a timer that was taken back', async () => {
    const clock = new VirtualClock();
    const callback = vi.fn();
    const cancel = clock.setTimer(callback, 5);
    cancel();
    cancel();
    await clock.advance(10);
    expect(callback).not.toHaveBeenCalled();
    expect(clock.pendingTimers).toBe(0);
  });

  it('should run work to its end, however long it sleeps', async () => {
    const clock = new VirtualClock();
    const work = async () => {
      await Promise.all([sleep(86_400_000, { clock }), sleep(10, { clock })]);
      return 'rested';
    };
    expect(await clock.run(work)).toBe('rested');
    expect(clock.now()).toBe(86_400_000);
  });

  it('should pass on what work throws, and name work that nothing can wake', async () => {
    const clock = new VirtualClock();
    await expect(clock.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(clock.run(() => new Promise<never>(() => undefined))).rejects.toThrow(/no timer/);
  });
});

describe('realClock', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('should keep to a delay longer than setTimeout can hold', () => {
    const callback = vi.fn();
    const delayMs = 3 * 2 ** 31;
    realClock.setTimer(callback, delayMs);
    vi.advanceTimersByTime(delayMs - 1);
    expect(callback).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(callback).toHaveBeenCalledOnce();
    realClock.setTimer(callback, delayMs)();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('should let a sleeper sleep on until the very millisecond', async () => {
    const woken = vi.fn();
    void sleep(100).then(woken);
    await vi.advanceTimersByTimeAsync(99);
    expect(woken).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(woken).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('sleep', () => {
  it('should wake with the reason of the signal and leave neither timer nor listener', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const asleep = sleep(1_000, { clock, signal: controller.signal });
    const reason = { why: 'stop' };
    controller.abort(reason);
    await expect(asleep).rejects.toBe(reason);
    await expect(sleep(1_000, { clock, signal: controller.signal })).rejects.toBe(reason);
    expect(clock.pendingTimers).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('should leave no listener when it has slept enough', async () => {
    const clock = new VirtualClock();
    const { signal } = new AbortController();
    const asleep = sleep(10, { clock, signal });
    expect(getEventListeners(signal, 'abort').length).toBe(1);
    await clock.advance(10);
    await asleep;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it.each([-1, Number.NaN, Infinity, '5'])('should refuse to sleep %s milliseconds', async (delayMs) => {
    await expect(sleep(delayMs as number)).rejects.toThrow(
      /`delayMs` must be a finite number from 0 up, got/,
    );
  });
});
