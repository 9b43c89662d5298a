import { checkInteger } from './checks.ts';
import { operator, type Scope, type Stream } from './operator.ts';

export interface ChannelOptions {
  /** Items held for the reader; a sender waits while there are as many. @default 16 */
  readonly capacity?: number;
  /** Ends the channel for both sides with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a sender gets once nobody will read: the channel was closed, or its reader left. */
export class ChannelClosedError extends Error {
  override readonly name = 'ChannelClosedError';

  constructor() {
    super('The channel is closed: nobody will read what is sent');
  }
}

type Ending = { readonly kind: 'closed' } | { readonly kind: 'failed'; readonly error: unknown };

interface Sender<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Turns pushing into pulling: callbacks `send`, a reader iterates, and who is faster waits for the other.
 *
 * Items come out in the order of sending. Several readers share the items, each going to one of them; a reader that
 * leaves closes the channel for all.
 * @example
 * const lines = new Channel<string>({ capacity: 100 });
 * socket.on('line', (line) => lines.trySend(line) || socket.destroy());
 * for await (const line of lines) …
 */
export class Channel<Item> implements AsyncIterable<Item> {
  readonly #capacity: number;
  readonly #signal: AbortSignal | undefined;
  readonly #items: Item[] = [];
  readonly #senders: Sender<Item>[] = [];
  readonly #wakes = new Set<() => void>();
  #end: Ending | undefined;

  /** @throws RangeError for a bad capacity. */
  constructor({ capacity = 16, signal }: ChannelOptions = {}) {
    checkInteger('capacity', capacity, 1);
    this.#capacity = capacity;
    this.#signal = signal;
    if (signal?.aborted) this.fail(signal.reason);
    else signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Items held and not yet read. */
  get size(): number {
    return this.#items.length;
  }

  /** Nothing can be sent any more. */
  get closed(): boolean {
    return this.#end !== undefined;
  }

  /**
   * Resolves once the item has a place among those held for the reader.
   * @throws ChannelClosedError (as a rejection) when the channel is closed before that; the error of `fail` likewise.
   */
  async send(item: Item): Promise<void> {
    if (this.trySend(item)) return;
    if (this.#end !== undefined) throw this.#refusal();
    await new Promise<void>((resolve, reject) => this.#senders.push({ item, resolve, reject }));
  }

  /** Gives the item a place if there is one. @returns whether there was. */
  trySend(item: Item): boolean {
    if (this.#end !== undefined || this.#items.length >= this.#capacity) return false;
    this.#items.push(item);
    this.#wakeReaders();
    return true;
  }

  /** Takes no more items. The reader gets those held, then the end; senders still waiting are refused. */
  close(): void {
    this.#finish({ kind: 'closed' });
  }

  /** Takes no more items. The reader gets those held, then the error; senders still waiting get it at once. */
  fail(error: unknown): void {
    this.#finish({ kind: 'failed', error });
  }

  [Symbol.asyncIterator](): Stream<Item> {
    // Closing the stream unread must close the channel as well, as for any source.
    const leave: Iterable<never> = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: true, value: undefined }),
        return: () => {
          this.#abandon();
          return { done: true, value: undefined };
        },
      }),
    };
    return operator([leave], this.#signal, (scope) => this.#read(scope));
  }

  async *#read(scope: Scope): Stream<Item> {
    let wake: (() => void) | undefined;
    scope.onEnd(() => {
      if (wake !== undefined) this.#wakes.delete(wake);
    });
    try {
      for (;;) {
        scope.throwIfAborted();
        if (this.#items.length > 0) {
          const item = this.#items.shift() as Item;
          this.#admit();
          yield item;
        } else if (this.#end?.kind === 'failed') {
          throw this.#end.error;
        } else if (this.#end !== undefined || scope.ended) {
          return;
        } else {
          const woken = new Promise<void>((resolve) => {
            wake = resolve;
            this.#wakes.add(resolve);
          });
          await scope.wait(woken, undefined);
        }
      }
    } finally {
      scope.end();
      this.#abandon();
    }
  }

  #admit(): void {
    while (this.#senders.length > 0 && this.#items.length < this.#capacity) {
      const sender = this.#senders.shift()!;
      this.#items.push(sender.item);
      sender.resolve();
    }
  }

  #abandon(): void {
    this.close();
    this.#items.length = 0;
  }

  #finish(end: Ending): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    for (const sender of this.#senders.splice(0)) sender.reject(this.#refusal());
    this.#wakeReaders();
  }

  #refusal(): unknown {
    return this.#end?.kind === 'failed' ? this.#end.error : new ChannelClosedError();
  }

  #wakeReaders(): void {
    const wakes = [...this.#wakes];
    this.#wakes.clear();
    for (const wake of wakes) wake();
  }

  readonly #onAbort = () => this.fail(this.#signal?.reason);
}
