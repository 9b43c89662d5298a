import { checkInteger } from '../iter/checks.ts';
import { seededRandom } from './random.ts';

export interface ResampleOptions {
  /** Samples drawn, from 100 to 10,000,000. @default 10_000 */
  readonly resamples?: number;
  /** The same seed gives the same answer. @default 1 */
  readonly seed?: number;
}

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

function check(name: string, values: readonly number[], { resamples = 10_000, seed = 1 }: ResampleOptions) {
  checkInteger('resamples', resamples, 100, 10_000_000);
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER);
  if (values.length === 0) throw new RangeError(`\`${name}\` must hold at least one number, got none`);
  const odd = values.find((value) => !Number.isFinite(value));
  if (odd !== undefined) throw new RangeError(`\`${name}\` must hold finite numbers, got ${odd}`);
  return { resamples, random: seededRandom(seed) };
}

/**
 * The mean and its percentile bootstrap interval (Efron 1979): questions are drawn with replacement, so the interval says
 * how the mean would move with other questions of the same kind.
 *
 * @param values One score a question.
 * @param options.confidence Share of the means inside, between 0 and 1. @default 0.95
 * @throws RangeError for no values, values that are not finite, or options out of range.
 */
export function bootstrapInterval(
  values: readonly number[],
  { confidence = 0.95, ...options }: ResampleOptions & { readonly confidence?: number } = {},
): Interval {
  if (!(confidence > 0 && confidence < 1))
    throw new RangeError(`\`confidence\` must be between 0 and 1, got ${confidence}`);
  const { resamples, random } = check('values', values, options);
  const means = new Float64Array(resamples);
  for (let at = 0; at < resamples; at++) {
    let sum = 0;
    for (let draw = 0; draw < values.length; draw++) sum += values[Math.floor(random() * values.length)]!;
    means[at] = sum / values.length;
  }
  means.sort();
  // The nearest rank, counted from both ends alike.
  const tail = Math.max(0, Math.ceil(((1 - confidence) / 2) * resamples) - 1);
  return { mean: sumOf(values) / values.length, low: means[tail]!, high: means[resamples - 1 - tail]! };
}

/**
 * Whether two systems differ on the same questions: Fisher's randomisation test, two-sided (Smucker, Allan & Carterette
 * 2007, https://doi.org/10.1145/1321440.1321528). Signs of the differences are flipped in every way where there are at
 * most `resamples` ways, else at random.
 *
 * @param first One score a question.
 * @param second The other system's scores, in the same order.
 * @returns `difference`: mean of `second - first`; `p`: how often chance alone gives one as large.
 * @throws RangeError if the lists differ in length, or as {@link bootstrapInterval}.
 */
export function pairedTest(
  first: readonly number[],
  second: readonly number[],
  options: ResampleOptions = {},
): { readonly difference: number; readonly p: number } {
  if (first.length !== second.length) {
    throw new RangeError(
      `\`first\` and \`second\` must be of one length, got ${first.length} and ${second.length}`,
    );
  }
  check('first', first, options);
  const { resamples, random } = check('second', second, options);
  const differences = second.map((value, at) => value - first[at]!);
  const observed = Math.abs(sumOf(differences));
  const ways = 2 ** differences.length;
  const exact = ways <= resamples;
  let asLarge = 0;
  for (let way = 0; way < (exact ? ways : resamples); way++) {
    let sum = 0;
    for (const [at, difference] of differences.entries()) {
      const flipped = exact ? (way >> at) & 1 : random() < 0.5;
      sum += flipped ? -difference : difference;
    }
    // The sums of one set of numbers in two orders may differ in the last bit.
    if (Math.abs(sum) >= observed - 1e-12) asLarge++;
  }
  // Of drawn samples, the one observed is one more (Davison & Hinkley 1997, 4.11): chance is never 0.
  const p = exact ? asLarge / ways : (asLarge + 1) / (resamples + 1);
  return { difference: sumOf(differences) / differences.length, p };
}
