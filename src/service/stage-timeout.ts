import type { Clock } from '../iter/clock.ts';
import type { StageName } from './answer-events.ts';

/** A stage, or the whole answer, that took longer than it may. */
export class StageTimeoutError extends Error {
  override readonly name = 'StageTimeoutError';
  readonly stage: StageName | 'answer';
  readonly limitMs: number;

  constructor(stage: StageName | 'answer', limitMs: number) {
    super(
      `${stage === 'answer' ? 'The answer' : `The stage '${stage}'`} took longer than ${limitMs} ms. Ask again.`,
    );
    this.stage = stage;
    this.limitMs = limitMs;
  }
}

/** What every stage of one answer runs under. */
export interface StageLimit {
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/**
 * Runs one stage for at most `limitMs`. When time is up, or `signal` aborts, it rejects at once, whether or not the work
 * heeds the signal it was given; no timer and no listener stays.
 */
export async function withinLimit<Result>(
  stage: StageName,
  limitMs: number,
  { signal, clock }: StageLimit,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  const inner = new AbortController();
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const stop = (reason: unknown) => {
    inner.abort(reason);
    reject(reason);
  };
  const onAbort = () => stop(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const cancelTimer = clock.setTimer(() => stop(new StageTimeoutError(stage, limitMs)), limitMs);
  try {
    return await Promise.race([work(inner.signal), stopped]);
  } finally {
    cancelTimer();
    signal.removeEventListener('abort', onAbort);
  }
}
