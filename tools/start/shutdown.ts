import { setImmediate as turn } from 'node:timers/promises';
import type { Children } from './children.ts';

const graceMs = 10_000;

/**
 * Ends everything that was started, when a signal asks for it or the start is over: the programs by one polite signal
 * each, then what {@link atEnd} was given. A second signal ends them at once.
 */
export class Shutdown {
  readonly #children: Children;
  readonly #write: (text: string) => void;
  readonly #cleanUps: (() => void)[] = [];
  #asked = 0;
  #ending: Promise<void> | undefined;

  constructor(children: Children, write: (text: string) => void) {
    this.#children = children;
    this.#write = write;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, this.#onSignal);
    this.#watchParent();
  }

  /** Whether a signal has asked for the end. */
  get asked(): boolean {
    return this.#asked > 0;
  }

  /** Whether the end has begun, for whatever reason. */
  get isEnding(): boolean {
    return this.#ending !== undefined;
  }

  /** The same as {@link asked}, after signals that arrived during synchronous work have been heard. */
  async wasAsked(): Promise<boolean> {
    await turn();
    await turn();
    return this.asked;
  }

  /** Something to do when all programs have ended; the latest first. */
  atEnd(cleanUp: () => void): void {
    this.#cleanUps.push(cleanUp);
  }

  /** Ends what runs, once; resolves when nothing is left. */
  async finish(): Promise<void> {
    this.#ending ??= this.#end();
    await this.#ending;
    this.#cleanUp(); // what a step added while the others ended
    clearInterval(this.#parentTimer);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, this.#onSignal);
  }

  readonly #onSignal = (): void => {
    this.#asked++;
    if (this.#asked === 1) {
      this.#write('\nStopping JupyterLab, its kernels and the endpoint …\n');
      void this.finish();
    } else {
      this.#children.killAll();
    }
  };

  async #end(): Promise<void> {
    await this.#children.endAll({ graceMs });
    this.#cleanUp();
  }

  #cleanUp(): void {
    for (const cleanUp of this.#cleanUps.splice(0).toReversed()) cleanUp();
  }

  #parentTimer: NodeJS.Timeout | undefined;

  /** npm that is killed by force cannot pass a signal on: then the parent changes, and nobody is left to press Ctrl-C. */
  #watchParent(): void {
    if (process.platform === 'win32' || !process.env['npm_lifecycle_event']) return;
    const parent = process.ppid;
    this.#parentTimer = setInterval(() => {
      if (process.ppid !== parent && !this.asked) this.#onSignal();
    }, 1000);
    this.#parentTimer.unref();
  }
}
