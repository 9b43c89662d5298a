import { expect, it } from 'vitest';
import { retryAfterMs } from '../../src/generation/retry-after.ts';

const now = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT');

for (const [headers, expected] of [
  [{ 'retry-after': '3' }, 3000],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after': 'Wed, 21 Oct 2026 07:28:05 GMT' }, 5000],
  [{ 'retry-after': 'Wed, 21 Oct 2026 07:27:00 GMT' }, 0],
  [{ 'retry-after-ms': '1500' }, 1500],
  [{ 'retry-after-ms': 'soon', 'retry-after': '2' }, 2000],
  [{ 'retry-after': '-1' }, undefined],
  [{ 'retry-after': '1.5' }, undefined],
  [{ 'retry-after': 'soon' }, undefined],
  [{ 'retry-after': '2026' }, 2_026_000],
  [{ 'retry-after': 'not a date GMT' }, undefined],
  [{}, undefined],
] as [Record<string, string>, number | undefined][]) {
  it(`should read ${JSON.stringify(headers)} as ${expected}`, () => {
    expect(retryAfterMs(new Headers(headers), now)).toBe(expected);
  });
}

it('should read nothing where there are no headers', () => {
  expect(retryAfterMs(undefined)).toBeUndefined();
});
