import { inspect, isDeepStrictEqual } from 'node:util';
import type { Came, CheckOutcome, Exercise, Try, TryOutcome } from './exercise.ts';
import { runGuarded } from './guarded-run.ts';

export interface RunCheckOptions {
  /** How long one try may keep the thread, or wait. @default 3000 */
  readonly limitMs?: number;
}

/**
 * Tries an answer, one try after the other, up to the first that fails. Never rejects for what the answer does: it may
 * throw, loop for ever or never settle.
 * @throws RangeError if `limitMs` is not a number above 0.
 */
export async function runCheck(
  exercise: Exercise<unknown>,
  answer: unknown,
  { limitMs = 3_000 }: RunCheckOptions = {},
): Promise<CheckOutcome> {
  if (!(limitMs > 0)) throw new RangeError(`\`limitMs\` must be a number above 0, got ${limitMs}`);
  const outcomes: TryOutcome[] = exercise.tries.map(({ tried }) => ({ tried, state: 'not tried' }));
  for (const [index, attempt] of exercise.tries.entries()) {
    const { tried, expected } = attempt;
    const came = await runGuarded(() => attempt.run(answer), limitMs);
    if ('value' in came && isDeepStrictEqual(came.value, expected)) {
      outcomes[index] = { tried, state: 'passed' };
      continue;
    }
    outcomes[index] = { tried, state: 'failed' };
    const because = explain(attempt, came, limitMs);
    return { passed: false, outcomes, failure: { tried, expected, came, because } };
  }
  return { passed: true, outcomes };
}

function explain(attempt: Try<unknown>, came: Came, limitMs: number): string {
  const known = attempt.explain?.(came);
  if (known !== undefined) return known;
  const limit = `${limitMs / 1000} s`;
  if (came.stuck === 'loop') {
    return `It was still running after ${limit} and was stopped: somewhere in it a loop never ends.`;
  }
  if (came.stuck === 'waiting') {
    return `Its promise had not settled after ${limit}: it waits for something that never happens.`;
  }
  if ('error' in came) return 'It threw, and nothing here should make it throw.';
  return 'It ran to its end, but gave something else than expected.';
}

/** What came, in one line or a few, as a person would write it down. */
export function describeCame(came: Came): string {
  if (came.stuck === 'loop') return 'nothing: a loop without end';
  if (came.stuck === 'waiting') return 'nothing: a promise that does not settle';
  if (!('error' in came)) return describeValue(came.value);
  const { error } = came;
  return error instanceof Error ? `threw ${error.name}: ${error.message}` : `threw ${describeValue(error)}`;
}

/** A value on as few lines as it fits. Values that cannot be shown say so. */
export function describeValue(value: unknown): string {
  try {
    return inspect(value, { depth: 4, maxArrayLength: 30, maxStringLength: 300, breakLength: 90 });
  } catch {
    return 'a value that cannot be shown';
  }
}
