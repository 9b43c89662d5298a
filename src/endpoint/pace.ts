import { checkNumber } from '../iter/checks.ts';
import { sleep } from '../iter/sleep.ts';

export interface PaceOptions {
  /** @default Infinity: as fast as they come */
  readonly tokensPerSecond?: number;
  /** Least wait from the call to the first token, in milliseconds. @default 0 */
  readonly firstTokenMs?: number;
}

/** @throws RangeError for a rate that is not above 0, or a wait that is not from 0 up. */
export function checkPace({ tokensPerSecond = Infinity, firstTokenMs = 0 }: PaceOptions): void {
  if (!(tokensPerSecond > 0)) {
    throw new RangeError(`\`tokensPerSecond\` must be a number above 0, got ${tokensPerSecond}`);
  }
  checkNumber('firstTokenMs', firstTokenMs, 0);
}

/**
 * Passes tokens on no sooner than their time: the first not before `firstTokenMs`, then `tokensPerSecond`. Each has its own
 * time from the first on, so late timers do not add up.
 */
export async function* pace(
  tokens: AsyncIterable<string>,
  { tokensPerSecond = Infinity, firstTokenMs = 0 }: PaceOptions,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  let dueMs = performance.now() + firstTokenMs;
  let firstMs: number | undefined;
  let count = 0;
  for await (const token of tokens) {
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await sleep(waitMs, { signal });
    // However long the first took to find, those after it keep their rate.
    firstMs ??= performance.now();
    count++;
    dueMs = firstMs + (count / tokensPerSecond) * 1000;
    yield token;
  }
}
