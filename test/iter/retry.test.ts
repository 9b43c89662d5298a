import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/iter/clock.ts';
import { retry, type RetryEvent, type RetryOptions } from '../../src/iter/retry.ts';
import { parseRetryAfter } from '../../src/iter/retry-after.ts';
import { retryStream } from '../../src/iter/retry-stream.ts';
import { isRetryableError } from '../../src/iter/retryable.ts';
import { TimeoutError } from '../../src/iter/timeout.ts';
import { toArray } from '../../src/iter/to-array.ts';
import { settle, TrackedSource } from './tracked-source.ts';

const busy = (headers: Record<string, string> = {}) =>
  Object.assign(new Error('busy'), { status: 503, headers });

async function run(
  failures: readonly unknown[],
  options: RetryOptions = {},
): Promise<{
  readonly tries: number;
  readonly delays: number[];
  readonly endMs: number;
  readonly error: unknown;
}> {
  const clock = new VirtualClock(1_000_000);
  const delays: number[] = [];
  let tries = 0;
  const error = await clock.run(async () => {
    try {
      await retry(
        () => {
          tries += 1;
          if (tries <= failures.length) throw failures[tries - 1];
        },
        {
          clock,
          random: () => 0.5,
          onRetry: ({ delayMs }: RetryEvent) => delays.push(delayMs),
          ...options,
        },
      );
      return undefined;
    } catch (error) {
      return error;
    }
  });
  return { tries, delays, endMs: clock.now() - 1_000_000, error };
}

describe('retry', () => {
  it('should wait a random part of a doubling time, up to its cap', async () => {
    const failures = Array.from({ length: 5 }, () => busy());
    const result = await run(failures, { maxRetries: 5, baseDelayMs: 100, maxDelayMs: 500 });
    expect(result).toMatchObject({
      tries: 6,
      delays: [50, 100, 200, 250, 250],
      endMs: 850,
      error: undefined,
    });
  });

  it('should give the last error as it was when the retries are used up', async () => {
    const failures = [busy(), busy(), busy()];
    expect(await run(failures, { maxRetries: 2 })).toMatchObject({ tries: 3, error: failures[2] });
    expect(await run(failures, { maxRetries: 0 })).toMatchObject({ tries: 1, error: failures[0] });
  });

  it('should obey Retry-After to the millisecond, also beyond its own cap', async () => {
    const result = await run([busy({ 'Retry-After': '40' })], { maxDelayMs: 10 });
    expect(result).toMatchObject({ tries: 2, delays: [40_000] });
    const response = { headers: new Headers({ 'retry-after': new Date(1_003_000).toUTCString() }) };
    expect(await run([Object.assign(new Error('busy'), { status: 429, response })])).toMatchObject({
      delays: [3_000],
    });
  });

  it('should not come earlier than asked when the budget does not reach so far', async () => {
    const result = await run([busy({ 'retry-after': '61' })], { budgetMs: 60_000 });
    expect(result).toMatchObject({ tries: 1, endMs: 0, error: { message: 'busy' } });
  });

  it('should never retry a bug, an abort or a refusal', async () => {
    for (const error of [new TypeError('x is not a function'), new RangeError('no'), 'text', null])
      expect(await run([error])).toMatchObject({ tries: 1, error });
    expect(isRetryableError(new DOMException('stop', 'AbortError'))).toBe(false);
    for (const status of [400, 401, 403, 404, 422]) expect(isRetryableError({ status })).toBe(false);
    for (const status of [408, 429, 500, 502, 503, 504]) expect(isRetryableError({ status })).toBe(true);
    expect(isRetryableError({ status: 503, isRetryable: false })).toBe(false);
    expect(isRetryableError(new TimeoutError('first', 5))).toBe(true);
  });

  it('should know a network fault by its cause, as fetch reports it', async () => {
    // A port that was open a moment ago and is closed now.
    const { createServer } = await import('node:net');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    const error: unknown = await fetch(`http://127.0.0.1:${port}`).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TypeError);
    expect(isRetryableError(error)).toBe(true);
  });

  it('should end its wait with the reason of the signal', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const retrying = retry(() => Promise.reject(busy()), { clock, signal: controller.signal });
    await settle();
    expect(clock.pendingTimers).toBe(1);
    controller.abort('enough');
    await expect(retrying).rejects.toBe('enough');
    expect(clock.pendingTimers).toBe(0);
  });

  it('should refuse bad options', async () => {
    await expect(retry(() => 1, { maxRetries: -1 })).rejects.toThrow(/`maxRetries`/);
    await expect(retry(() => 1, { budgetMs: Number.NaN })).rejects.toThrow(/`budgetMs`/);
    expect(() => retryStream(() => [], { baseDelayMs: -1 })).toThrow(/`baseDelayMs`/);
  });
});

describe('parseRetryAfter', () => {
  const nowMs = Date.UTC(2026, 10, 21, 12, 0, 0);

  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7_000],
    ['Sat, 21 Nov 2026 12:00:05 GMT', 5_000],
    ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
    ['Saturday, 21-Nov-26 12:00:05 GMT', 5_000],
    ['Sat Nov 21 12:00:05 2026', 5_000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
  ])('should read %j as %i ms', (value, expected) => {
    expect(parseRetryAfter(value, nowMs)).toBe(expected);
  });

  it.each([
    '-1',
    '1.5',
    '1e3',
    '',
    '+5',
    '0x10',
    'soon',
    '99999999999',
    '2026-11-21',
    'Sat, 21 Nov 2026 12:00:05 CET',
    'Sat, 21 Nov 2026 12:00:05',
    'Sat, 31 Feb 2026 12:00:05 GMT',
    'Sat, 21 Nov 2026 25:00:05 GMT',
    'sat, 21 nov 2026 12:00:05 gmt',
    null,
    undefined,
  ])('should read nothing into %j', (value) => {
    expect(parseRetryAfter(value, nowMs)).toBeUndefined();
  });

  it('should read back every date that toUTCString writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8_000_000_000 }), (seconds) => {
        const text = new Date(seconds * 1_000).toUTCString();
        expect(parseRetryAfter(text, 0)).toBe(seconds * 1_000);
      }),
    );
  });
});

describe('retryStream', () => {
  async function* failing(items: readonly number[], error: unknown) {
    yield* items;
    throw error;
  }

  it('should open the stream again until its first item', async () => {
    const clock = new VirtualClock();
    const opened: number[] = [];
    const stream = retryStream(
      ({ retry }) => {
        opened.push(retry);
        return retry < 2 ? failing([], busy()) : [7, 8];
      },
      { clock },
    );
    expect(await clock.run(() => toArray(stream))).toEqual([7, 8]);
    expect(opened).toEqual([0, 1, 2]);
  });

  it('should not repeat what the reader has seen: after an item the error comes through', async () => {
    const clock = new VirtualClock();
    const error = busy();
    const seen: number[] = [];
    let opened = 0;
    const stream = retryStream(() => ((opened += 1), failing([1, 2], error)), { clock });
    await expect(
      clock.run(async () => {
        for await (const item of stream) seen.push(item);
      }),
    ).rejects.toBe(error);
    expect({ seen, opened }).toEqual({ seen: [1, 2], opened: 1 });
  });

  it('should go on after the last item where `resume` knows how, without gap or repetition', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 5 }), { maxLength: 10 }), async (lengths) => {
        const clock = new VirtualClock();
        const total = 20;
        let failures = 0;
        const from = (start: number) => {
          const length = lengths[failures];
          const rest = Array.from({ length: total - start }, (_, index) => start + index);
          if (length === undefined || length >= rest.length) return rest;
          failures += 1;
          return failing(rest.slice(0, length), busy());
        };
        const stream = retryStream(() => from(0), {
          clock,
          maxRetries: 100,
          budgetMs: 1e9,
          resume: (lastItem, count) => {
            expect(count).toBe(lastItem + 1);
            return from(lastItem + 1);
          },
        });
        const items = await clock.run(() => toArray(stream));
        expect(items).toEqual(Array.from({ length: total }, (_, index) => index));
      }),
      { numRuns: 50 },
    );
  });

  it('should count retries from the last item on', async () => {
    const clock = new VirtualClock();
    const retries: number[] = [];
    const stream = retryStream(() => failing([0], busy()), {
      clock,
      maxRetries: 2,
      onRetry: ({ retry }) => retries.push(retry),
      resume: (lastItem) => (lastItem < 3 ? failing([lastItem + 1], busy()) : failing([], busy())),
    });
    const items: number[] = [];
    await expect(
      clock.run(async () => {
        for await (const item of stream) items.push(item);
      }),
    ).rejects.toThrow('busy');
    expect(items).toEqual([0, 1, 2, 3]);
    expect(retries).toEqual([1, 1, 1, 1, 2]);
  });

  it('should wait no longer once the reader has left', async () => {
    const clock = new VirtualClock();
    const source = new TrackedSource();
    const stream = retryStream(({ retry }) => (retry === 0 ? failing([], busy()) : source), { clock });
    const pull = stream.next();
    await settle();
    expect(clock.pendingTimers).toBe(1);
    await stream.return();
    expect(await pull).toEqual({ done: true, value: undefined });
    expect(clock.pendingTimers).toBe(0);
    expect(source.opened).toBe(0);
  });
});
