import { checkInteger, checkSource } from './checks.ts';
import { closeQuietly } from './close-quietly.ts';
import { readerOf, type Reader, type Source, type Stream } from './operator.ts';
import { passThrough } from './pass-through.ts';

export interface ShareOptions {
  /** Items that the fastest reader may be ahead of the slowest; beyond it, it waits. @default 16 */
  readonly maxLag?: number;
  readonly signal?: AbortSignal | undefined;
}

/** One source for several readers. */
export interface Shared<Item> extends AsyncIterable<Item> {
  /** A reader that gets every item from now on, or the end at once when the source has ended. */
  subscribe(): Stream<Item>;
  /** Readers that have not left. */
  readonly readers: number;
}

/**
 * Reads a source once for several readers: each gets all items from its `subscribe()` on. The source is pulled only
 * when a reader waits for an item that is not there yet, never further than `maxLag` items ahead of the slowest
 * reader, and is closed when the last reader has left. Its error goes to every reader.
 */
export function share<Item>(source: Source<Item>, { maxLag = 16, signal }: ShareOptions = {}): Shared<Item> {
  checkSource(source);
  checkInteger('maxLag', maxLag, 1);
  const hub = new Hub(source, maxLag);
  return {
    subscribe: () => subscribe(hub, signal),
    [Symbol.asyncIterator]: () => subscribe(hub, signal),
    get readers() {
      return hub.positions.size;
    },
  };
}

function subscribe<Item>(hub: Hub<Item>, signal: AbortSignal | undefined): Stream<Item> {
  const reader = hub.join();
  // Joined already: closing the stream unread must leave the hub as well.
  const source: AsyncIterable<Item> = { [Symbol.asyncIterator]: () => reader };
  return passThrough(source, signal);
}

type Ending = { readonly kind: 'done' } | { readonly kind: 'error'; readonly error: unknown };

class Hub<Item> {
  /** For each reader, the number of items that it has read or passed over. */
  readonly positions = new Map<symbol, number>();
  readonly #source: Source<Item>;
  readonly #maxLag: number;
  /** Items that some reader has yet to read. */
  readonly #items: Item[] = [];
  /** Items pulled in all. */
  #pulled = 0;
  #reader: Reader<Item> | undefined;
  #pulling = false;
  #ending: Ending | undefined;
  #wakes: (() => void)[] = [];

  constructor(source: Source<Item>, maxLag: number) {
    this.#source = source;
    this.#maxLag = maxLag;
  }

  join(): AsyncIterator<Item, void, undefined> {
    const key = Symbol('reader');
    this.positions.set(key, this.#pulled);
    return {
      next: () => this.#next(key),
      return: async () => {
        this.#leave(key);
        return { done: true, value: undefined };
      },
    };
  }

  async #next(key: symbol): Promise<IteratorResult<Item, void>> {
    for (;;) {
      const position = this.positions.get(key);
      if (position === undefined) return { done: true, value: undefined };
      if (position < this.#pulled) {
        const item = this.#items[position - (this.#pulled - this.#items.length)] as Item;
        this.positions.set(key, position + 1);
        this.#dropRead();
        return { done: false, value: item };
      }
      if (this.#ending !== undefined) {
        const ending = this.#ending;
        this.#leave(key);
        if (ending.kind === 'error') throw ending.error;
        return { done: true, value: undefined };
      }
      if (!this.#pulling && this.#items.length < this.#maxLag) void this.#pull();
      else
        await new Promise<void>((resolve) => {
          this.#wakes.push(resolve);
        });
    }
  }

  async #pull(): Promise<void> {
    this.#pulling = true;
    try {
      this.#reader ??= readerOf(this.#source);
      const step = await this.#reader.next();
      if (step.done) {
        this.#ending = { kind: 'done' };
      } else if (this.positions.size > 0) {
        this.#items.push(step.value);
        this.#pulled += 1;
      }
    } catch (error) {
      this.#ending = { kind: 'error', error };
    }
    this.#pulling = false;
    this.#wake();
  }

  #leave(key: symbol): void {
    if (!this.positions.delete(key)) return;
    this.#dropRead();
    if (this.positions.size === 0 && this.#ending === undefined) {
      this.#ending = { kind: 'done' };
      closeQuietly((this.#reader ?? readerOf(this.#source)) as Iterator<unknown, unknown, never>);
    }
    this.#wake();
  }

  #dropRead(): void {
    const slowest = Math.min(this.#pulled, ...this.positions.values());
    const read = slowest - (this.#pulled - this.#items.length);
    if (read <= 0) return;
    this.#items.splice(0, read);
    this.#wake();
  }

  #wake(): void {
    const wakes = this.#wakes;
    this.#wakes = [];
    for (const wake of wakes) wake();
  }
}
