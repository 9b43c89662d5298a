import type { Content } from '../wire/message.ts';

/** One run of a cell; the output is the text of its last value. */
interface Entry {
  readonly line: number;
  readonly input: string;
  output: string | null;
}

/** The kernel remembers one session: its own. */
const session = 1;

/** The cells that were run with `store_history`. */
export class History {
  readonly #entries: Entry[] = [];

  add(line: number, input: string): void {
    this.#entries.push({ line, input, output: null });
  }

  setOutput(line: number, output: string): void {
    const entry = this.#entries.findLast((one) => one.line === line);
    if (entry !== undefined) entry.output = output;
  }

  /** Answers a history_request: the last `n`, a range of lines, or those that match a pattern with `*` and `?`. */
  answer(request: Content): Content {
    const withOutput = request['output'] === true;
    const history = this.#choose(request).map(({ line, input, output }) => [
      session,
      line,
      withOutput ? [input, output] : input,
    ]);
    return { status: 'ok', history };
  }

  #choose(request: Content): readonly Entry[] {
    const count = typeof request['n'] === 'number' ? request['n'] : undefined;
    if (request['hist_access_type'] === 'range') return this.#range(request);
    if (request['hist_access_type'] === 'search') {
      const pattern = globPattern(typeof request['pattern'] === 'string' ? request['pattern'] : '*');
      const found = this.#entries.filter(({ input }) => pattern.test(input));
      return lastOf(request['unique'] === true ? withoutRepeats(found) : found, count);
    }
    return lastOf(this.#entries, count ?? 10);
  }

  /** Session 0 is this one; of another nothing is known. */
  #range({ session: wanted = 0, start = 1, stop }: Content): readonly Entry[] {
    if (wanted !== 0 && wanted !== session) return [];
    const first = Number(start);
    const end = typeof stop === 'number' ? stop : Infinity;
    return this.#entries.filter(({ line }) => line >= first && line < end);
  }
}

function lastOf(entries: readonly Entry[], count: number | undefined): readonly Entry[] {
  if (count === undefined) return entries;
  return count <= 0 ? [] : entries.slice(-count);
}

function withoutRepeats(entries: readonly Entry[]): readonly Entry[] {
  return [...new Map(entries.map((entry) => [entry.input, entry])).values()];
}

function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]');
  return new RegExp(`^${source}$`, 'u');
}
