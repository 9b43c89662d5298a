import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { checkPace, pace } from '../../src/endpoint/pace.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

async function* words(count: number) {
  for (let index = 0; index < count; index++) yield String(index);
}

it('should give the first token after its wait and the others at the rate', async () => {
  const seen: string[] = [];
  const reading = (async () => {
    const paced = pace(words(4), { tokensPerSecond: 10, firstTokenMs: 250 }, new AbortController().signal);
    for await (const token of paced) seen.push(token);
  })();
  await vi.advanceTimersByTimeAsync(249);
  expect(seen).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(seen).toEqual(['0']);
  await vi.advanceTimersByTimeAsync(99);
  expect(seen).toEqual(['0']);
  await vi.advanceTimersByTimeAsync(101);
  expect(seen).toEqual(['0', '1', '2']);
  await vi.advanceTimersByTimeAsync(100);
  await reading;
  expect(seen).toEqual(['0', '1', '2', '3']);
  expect(vi.getTimerCount()).toBe(0);
});

it('should keep the rate after a first token that took long to find', async () => {
  async function* late() {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    yield* words(3);
  }
  const seen: string[] = [];
  const reading = (async () => {
    const paced = pace(late(), { tokensPerSecond: 10 }, new AbortController().signal);
    for await (const token of paced) seen.push(token);
  })();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(seen).toEqual(['0']);
  await vi.advanceTimersByTimeAsync(200);
  await reading;
  expect(seen).toEqual(['0', '1', '2']);
});

it('should wait for nothing by default', async () => {
  expect(await Array.fromAsync(pace(words(3), {}, new AbortController().signal))).toEqual(['0', '1', '2']);
});

it('should stop in the middle of a wait when aborted, and leave no timer', async () => {
  const controller = new AbortController();
  const next = pace(words(3), { firstTokenMs: 60_000 }, controller.signal).next();
  const rejection = expect(next).rejects.toThrow('gone');
  await vi.advanceTimersByTimeAsync(1);
  controller.abort(new Error('gone'));
  await rejection;
  expect(vi.getTimerCount()).toBe(0);
});

it('should refuse a rate of nothing and a wait below 0', () => {
  expect(() => checkPace({ tokensPerSecond: 0 })).toThrow(
    '`tokensPerSecond` must be a number above 0, got 0',
  );
  expect(() => checkPace({ firstTokenMs: -1 })).toThrow(RangeError);
});
