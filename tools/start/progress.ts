const markOf = { done: '✓', note: '!', failed: '✗' } as const;

export interface ProgressOptions {
  /** Where to write. */
  write: (text: string) => void;
  /** Whether the last line can be rewritten (a terminal). */
  live: boolean;
  /** Milliseconds since any fixed moment. */
  now?: () => number;
}

/** The steps of a start, one line each: a mark, its name, what came of it, the seconds it took. */
export class Progress {
  readonly #write: (text: string) => void;
  readonly #live: boolean;
  readonly #now: () => number;
  #current: { name: string; startedMs: number; detail: string; fraction: number | undefined } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor({ write, live, now = () => performance.now() }: ProgressOptions) {
    this.#write = write;
    this.#live = live;
    this.#now = now;
  }

  /** Runs one step and prints its line. What `work` returns as `said` is the line's text. */
  async step<Result extends { said: string }>(
    name: string,
    work: () => Result | Promise<Result>,
  ): Promise<Result> {
    this.#current = { name, startedMs: this.#now(), detail: '', fraction: undefined };
    if (this.#live) {
      this.#timer = setInterval(() => this.#draw(), 120);
      this.#draw();
    }
    try {
      const result = await work();
      this.#end('done', result.said);
      return result;
    } catch (error) {
      this.#end('failed', '');
      throw error;
    }
  }

  /**
   * Says what the running step does now, and how far it is, from 0 to 1. Without a terminal only `announce` is printed:
   * a long step should not be silent in a log either.
   */
  update({
    detail,
    fraction,
    announce = false,
  }: {
    detail: string;
    fraction?: number;
    announce?: boolean;
  }): void {
    const current = this.#current;
    if (!current) return;
    current.detail = detail;
    current.fraction = fraction;
    if (!this.#live && announce) this.#write(`  · ${current.name.padEnd(12)} ${detail}\n`);
  }

  /** A line between the steps. */
  note(text: string): void {
    this.#clear();
    this.#write(`  ${markOf.note} ${text}\n`);
  }

  #end(mark: keyof typeof markOf, said: string): void {
    const current = this.#current;
    clearInterval(this.#timer);
    this.#current = undefined;
    if (!current) return;
    this.#clear();
    const seconds = ((this.#now() - current.startedMs) / 1000).toFixed(1);
    this.#write(`  ${markOf[mark]} ${current.name.padEnd(12)} ${said.padEnd(58)} ${seconds.padStart(5)} s\n`);
  }

  #draw(): void {
    const current = this.#current;
    if (!current) return;
    const seconds = ((this.#now() - current.startedMs) / 1000).toFixed(0);
    const bar =
      current.fraction === undefined ? '' : `${drawBar(Math.min(1, Math.max(0, current.fraction)), 20)} `;
    const line = `  … ${current.name.padEnd(12)} ${bar}${seconds} s  ${current.detail}`;
    const columns = process.stderr.columns || 80;
    this.#clear();
    this.#write(line.slice(0, columns - 1));
  }

  #clear(): void {
    if (this.#live) this.#write('\r\u001b[2K');
  }
}

function drawBar(fraction: number, width: number): string {
  const filled = Math.round(fraction * width);
  return `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}]`;
}
