import { shown } from '../iter/checks.ts';

/** What can go wrong on purpose, and what a client sees. */
export const faultNames = {
  unauthorized: '401',
  'rate-limited': '429; with `retry-after=SECONDS` it says when to come back',
  'internal-error': '500',
  unavailable: '503; takes `retry-after=SECONDS`, too',
  refused: 'the connection is reset, and for `ms` (300) no new one is accepted',
  'stall-headers': 'nothing at all comes, until the client leaves',
  'stall-tokens': 'nothing more comes after `after` events',
  cut: 'the connection is cut between two events',
  'cut-character': 'the connection is cut in the middle of a UTF-8 character',
  malformed: 'an event that is not JSON',
  'error-event': 'an error event in the middle of the stream, then its end',
  'no-done': 'the stream ends without [DONE]',
  duplicate: 'one event comes twice',
  crlf: 'lines end in CR LF',
  cr: 'lines end in CR',
  bom: 'a byte order mark comes first',
  comments: 'comment lines come between the events',
  huge: 'one event of 5 MB',
  endless: 'the answer never ends',
  drip: 'seven bytes every `ms` (1)',
} as const satisfies Record<string, string>;

export type FaultName = keyof typeof faultNames;

/** One fault, as a request meets it. */
export interface Fault {
  readonly name: FaultName;
  /** Events of the stream that come before it. @default 3 */
  readonly after: number;
  /** Of `refused` and `drip`, in milliseconds. */
  readonly ms: number | undefined;
  /** Of `rate-limited` and `unavailable`, as the header will say it. */
  readonly retryAfter: string | undefined;
}

interface ScheduledFault extends Fault {
  /** Only that many requests meet it, then all is well. @default all */
  readonly first: number;
  /** One in so many requests meets it, drawn by `seed`. @default 1: each */
  readonly every: number;
  readonly seed: number;
}

/** A schedule that is not understood. */
export class FaultError extends Error {
  override readonly name = 'FaultError';
}

/**
 * Faults by their schedules, each text with its own count and draws: `unavailable first=2` fails twice, then works;
 * `cut every=10 seed=7` cuts about one in ten, the same ones each time.
 */
export class FaultSwitchboard {
  readonly #schedules = new Map<
    string,
    { readonly faults: readonly ScheduledFault[]; met: number; random: () => number }
  >();

  /**
   * The faults that the next request with this schedule meets.
   *
   * @param text `name [after=N] [ms=N] [retry-after=N] [first=N] [every=N] [seed=N]`, more of them after commas.
   * @throws FaultError naming what is not understood.
   */
  next(text: string): Fault[] {
    let schedule = this.#schedules.get(text);
    if (schedule === undefined) {
      const faults = parseFaults(text);
      schedule = { faults, met: 0, random: seeded(faults[0]?.seed ?? 0) };
      this.#schedules.set(text, schedule);
    }
    const { faults, random } = schedule;
    const index = schedule.met++;
    return faults.filter(({ first, every }) => index < first && (every === 1 || random() * every < 1));
  }

  /** All counts and draws begin anew. */
  reset(): void {
    this.#schedules.clear();
  }
}

const numbers = ['after', 'ms', 'first', 'every', 'seed'] as const;

/** @throws FaultError naming what is not understood. */
export function parseFaults(text: string): ScheduledFault[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', ...options] = part.split(/\s+/u);
      if (!Object.hasOwn(faultNames, name)) {
        throw new FaultError(
          `There is no fault ${shown(name)}; there are: ${Object.keys(faultNames).join(', ')}`,
        );
      }
      const values: Partial<Record<(typeof numbers)[number], number>> = {};
      let retryAfter: string | undefined;
      for (const option of options) {
        const [key = '', value = ''] = option.split('=');
        if (key === 'retry-after' && value !== '') {
          retryAfter = value;
          continue;
        }
        const known = numbers.find((number) => number === key);
        if (known === undefined || !/^\d{1,9}$/u.test(value) || (known === 'every' && value === '0')) {
          throw new FaultError(
            `\`${option}\` must be one of ${numbers.map((number) => `${number}=N`).join(', ')} or retry-after=SECONDS`,
          );
        }
        values[known] = Number(value);
      }
      const { after = 3, ms, first = Infinity, every = 1, seed = 1 } = values;
      return { name: name as FaultName, after, ms, retryAfter, first, every, seed };
    });
}

/** Mulberry32: small, and the same on every machine. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
