import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/iter/clock.ts';
import { sleep } from '../../src/iter/sleep.ts';
import { timeout, TimeoutError, type TimeoutOptions } from '../../src/iter/timeout.ts';
import { TrackedSource } from './tracked-source.ts';

async function readWith(
  delays: readonly number[],
  limits: TimeoutOptions,
  readerMs = 0,
): Promise<{ readonly seen: number[]; readonly error: unknown; readonly endMs: number }> {
  const clock = new VirtualClock();
  async function* source() {
    for (const [index, delayMs] of delays.entries()) {
      await sleep(delayMs, { clock });
      yield index;
    }
  }
  const seen: number[] = [];
  const error = await clock.run(async () => {
    try {
      for await (const item of timeout(source(), { ...limits, clock })) {
        seen.push(item);
        if (readerMs > 0) await sleep(readerMs, { clock });
      }
      return undefined;
    } catch (error) {
      return error;
    }
  });
  return { seen, error, endMs: clock.now() };
}

describe('timeout', () => {
  it('should pass on what comes in time', async () => {
    expect(await readWith([10, 10], { itemMs: 11, totalMs: 21 })).toMatchObject({
      seen: [0, 1],
      error: undefined,
    });
  });

  it('should name the first item, a later one and the whole', async () => {
    const first = await readWith([100], { firstMs: 50, itemMs: 10 });
    expect(first).toMatchObject({ seen: [], endMs: 50, error: { kind: 'first', limitMs: 50 } });
    const item = await readWith([40, 100], { firstMs: 50, itemMs: 10 });
    expect(item).toMatchObject({ seen: [0], endMs: 50, error: { kind: 'item', limitMs: 10 } });
    const total = await readWith([40, 40, 40], { totalMs: 100 });
    expect(total).toMatchObject({ seen: [0, 1], endMs: 100, error: { kind: 'total', limitMs: 100 } });
    expect(total.error).toBeInstanceOf(TimeoutError);
  });

  it("should not count the reader's own time against an item, but against the whole", async () => {
    expect(await readWith([5, 5], { itemMs: 10 }, 1_000)).toMatchObject({ seen: [0, 1], error: undefined });
    expect(await readWith([5, 5], { totalMs: 500 }, 1_000)).toMatchObject({
      seen: [0],
      error: { kind: 'total' },
    });
  });

  it('should close the source the moment the whole has run out, though nobody pulls', async () => {
    const clock = new VirtualClock();
    const source = new TrackedSource();
    const stream = timeout(source, { totalMs: 10, clock });
    await stream.next();
    await clock.advance(9);
    expect(source.closed).toBe(0);
    await clock.advance(1);
    expect(source.closed).toBe(1);
    await expect(stream.next()).rejects.toThrow('The stream took longer than 10 ms');
  });

  it('should refuse to watch nothing', () => {
    expect(() => timeout([], {})).toThrow(/at least one/);
    expect(() => timeout([], { itemMs: -1 })).toThrow(/`itemMs`/);
  });
});
