import { closeQuietly } from './close-quietly.ts';

/** What every operator reads. */
export type Source<Item> = AsyncIterable<Item> | Iterable<Item>;

/** What every operator gives. */
export type Stream<Item> = AsyncGenerator<Item, void, undefined>;

/** Reads a source, whichever kind it is: a synchronous one answers at once. */
export interface Reader<Item> {
  next(): Promise<IteratorResult<Item, unknown>> | IteratorResult<Item, unknown>;
  return?(): unknown;
}

export function readerOf<Item>(source: Source<Item>): Reader<Item> {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}

interface Waiter {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const finished: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * The life of one operator: it begins with the first pull and ends once, whether the work is done, fails, the reader
 * leaves or the signal aborts. Its end runs every clean-up in the order of registration.
 */
export class Scope {
  readonly #outer: AbortSignal | undefined;
  readonly #cleanups: (() => void)[] = [];
  readonly #closers = new Map<Reader<unknown>, () => void>();
  #stop: AbortController | undefined;
  /** The wait that is open. Forgotten when it settles: kept, it would keep its result, and that the one before. */
  #waiter: Waiter | undefined;
  #whenClosed: unknown;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(signal: AbortSignal | undefined) {
    this.#outer = signal;
  }

  begin(): void {
    if (this.#outer === undefined) return;
    if (this.#outer.aborted) this.#onAbort();
    else this.#outer.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** For the work that this operator starts: aborts when the scope ends, whatever the reason. */
  get signal(): AbortSignal {
    this.#stop ??= new AbortController();
    if (this.#ended) this.#abortWork();
    return this.#stop.signal;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Opens a source that is closed with the scope, at once when the scope has ended already; see `release`. */
  open<Item>(source: Source<Item>): Reader<Item> {
    const reader = readerOf(source);
    const cleanup = () => closeQuietly(reader as Iterator<unknown, unknown, never>);
    this.#closers.set(reader, cleanup);
    this.onEnd(cleanup);
    return reader;
  }

  /** Forgets a reader that has ended or failed by itself: there is nothing left to close. */
  release(reader: Reader<unknown>): void {
    const cleanup = this.#closers.get(reader);
    if (cleanup === undefined) return;
    this.#closers.delete(reader);
    this.#cleanups.splice(this.#cleanups.indexOf(cleanup), 1);
  }

  onEnd(cleanup: () => void): void {
    if (this.#ended) cleanup();
    else this.#cleanups.push(cleanup);
  }

  /** Throws the outer signal's reason once it has aborted, or what `fail` was given. */
  throwIfAborted(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Ends the scope with an error for its reader, who gets it at once or with the next pull. */
  fail(error: unknown): void {
    if (this.#ended) return;
    this.#failure = { error };
    this.end();
  }

  /**
   * Waits for somebody else's promise, but not beyond the scope: an abort rejects with the signal's reason, a reader
   * who leaves gets `whenClosed`. One wait at a time.
   *
   * Not `Promise.race`: raced against a long-lived promise it would keep every result alive (nodejs/node#17469).
   */
  wait<Value>(promise: PromiseLike<Value>, whenClosed: Value): Promise<Value> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { resolve: resolve as Waiter['resolve'], reject };
      this.#waiter = waiter;
      this.#whenClosed = whenClosed;
      if (this.#ended) this.#interrupt();
      promise.then(
        (value) => {
          if (this.#waiter === waiter) this.#waiter = undefined;
          resolve(value);
        },
        (error: unknown) => {
          if (this.#waiter === waiter) this.#waiter = undefined;
          // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- passed on as it is
          reject(error);
        },
      );
    });
  }

  #interrupt(): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter === undefined) return;
    if (this.#failure !== undefined) waiter.reject(this.#failure.error);
    else waiter.resolve(this.#whenClosed);
  }

  /** `wait` for the next item of an opened reader; a synchronous one answers without a promise. */
  read<Item>(reader: Reader<Item>): Promise<IteratorResult<Item, unknown>> | IteratorResult<Item, unknown> {
    if (this.#ended) {
      this.throwIfAborted();
      return finished;
    }
    let step: ReturnType<Reader<Item>['next']>;
    try {
      step = reader.next();
    } catch (error) {
      this.release(reader);
      throw error;
    }
    if (!('then' in step)) {
      if (step.done) this.release(reader);
      return step;
    }
    const watched = step.then(
      (result) => {
        if (result.done) this.release(reader);
        return result;
      },
      (error: unknown) => {
        this.release(reader);
        throw error;
      },
    );
    return this.wait(watched, finished);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#outer?.removeEventListener('abort', this.#onAbort);
    if (this.#stop !== undefined) this.#abortWork();
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
    this.#interrupt();
  }

  readonly #onAbort = () => this.fail(this.#outer?.reason);

  #abortWork(): void {
    if (this.#stop?.signal.aborted) return;
    this.#stop?.abort(
      this.#failure !== undefined
        ? this.#failure.error
        : new DOMException('The stream that asked for this has ended', 'AbortError'),
    );
  }
}

/**
 * Makes an operator's output of its body. Over a bare async generator it adds three things: the scope begins with the
 * first pull, so that an unread stream holds nothing; `return()` ends a pull that is still waiting instead of queueing
 * behind it; and a stream that is closed unread closes its sources too.
 *
 * The body ends the scope in its own `finally`.
 */
export function operator<Item>(
  sources: readonly Source<unknown>[],
  signal: AbortSignal | undefined,
  body: (scope: Scope) => AsyncGenerator<Item, void, undefined>,
): Stream<Item> {
  return new Operator(sources, new Scope(signal), body);
}

class Operator<Item> implements AsyncGenerator<Item, void, undefined> {
  readonly #sources: readonly Source<unknown>[];
  readonly #scope: Scope;
  readonly #body: AsyncGenerator<Item, void, undefined>;
  #begun = false;

  constructor(
    sources: readonly Source<unknown>[],
    scope: Scope,
    body: (scope: Scope) => AsyncGenerator<Item, void, undefined>,
  ) {
    this.#sources = sources;
    this.#scope = scope;
    this.#body = body(scope);
  }

  next(): Promise<IteratorResult<Item, void>> {
    if (!this.#begun) {
      this.#begun = true;
      this.#scope.begin();
    }
    return this.#body.next();
  }

  return(): Promise<IteratorResult<Item, void>> {
    this.#close();
    return this.#body.return();
  }

  throw(error: unknown): Promise<IteratorResult<Item, void>> {
    this.#close();
    return this.#body.throw(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #close(): void {
    if (!this.#begun) {
      this.#begun = true;
      for (const source of this.#sources) this.#scope.open(source);
    }
    this.#scope.end();
  }
}
