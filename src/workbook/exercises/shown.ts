import { inspect } from 'node:util';

/** Objects that can show themselves have a method by this name; the course's kernel and Deno's read it. */
export const displaySymbol: unique symbol = Symbol.for('Jupyter.display') as never;

/** What a cell's last value may look like. */
export interface Looks {
  readonly 'text/plain': string;
  readonly 'text/html'?: string;
  readonly 'text/markdown'?: string;
}

/** A value whose only purpose is to be looked at: as rich as the front end can, and as text everywhere else. */
export class Shown {
  readonly #looks: Looks;

  constructor(looks: Looks) {
    this.#looks = looks;
  }

  toString(): string {
    return this.#looks['text/plain'];
  }

  [inspect.custom](): string {
    return this.toString();
  }

  [displaySymbol](): Looks {
    return this.#looks;
  }
}
