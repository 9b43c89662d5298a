import type { MapContext, Mapper } from './mapper.ts';
import type { Reader, Scope, Source } from './operator.ts';
import { pullInTurn } from './pull.ts';
import { Queue } from './queue.ts';

/** A place in the window. Holds an error as a value: the promises of abandoned mappers are never unhandled. */
interface Place<Result> {
  state: 'running' | 'value' | 'error' | 'done';
  value: Result | undefined;
  error: unknown;
}

interface Waiter<Result> {
  readonly resolve: (step: IteratorResult<Result, void>) => void;
  readonly reject: (error: unknown) => void;
}

const finished: IteratorReturnResult<undefined> = { done: true, value: undefined };

export interface MapRunOptions<Item, Result> {
  readonly source: Source<Item>;
  readonly mapper: Mapper<Item, Result>;
  readonly concurrency: number;
  /** Results in the order of the source, or as they come. */
  readonly ordered: boolean;
}

/**
 * A bounded window of running mappers. Written out as an iterator: an async generator would take several turns of the
 * microtask queue for each result, and every place another promise.
 */
export class MapRun<Item, Result> implements AsyncGenerator<Result, void, undefined> {
  readonly #options: MapRunOptions<Item, Result>;
  readonly #scope: Scope;
  /** In order: every place begun and not yet read. As they come: those that are settled. */
  readonly #places = new Queue<Place<Result>>();
  readonly #waiters = new Queue<Waiter<Result>>();
  /** Places begun and not yet read. */
  #open = 0;
  #pulled = 0;
  #sourceDone = false;
  #signal: AbortSignal | undefined;
  #reader: Reader<Item> | undefined;
  /** For a source that answers with promises; a synchronous one is asked directly. */
  #pull: (() => Promise<IteratorResult<Item, unknown>> | IteratorResult<Item, unknown>) | undefined;

  constructor(options: MapRunOptions<Item, Result>, scope: Scope) {
    this.#options = options;
    this.#scope = scope;
  }

  next(): Promise<IteratorResult<Result, void>> {
    if (this.#reader === undefined) this.#begin();
    const { concurrency } = this.#options;
    while (this.#open < concurrency && !this.#sourceDone) this.#start();
    if (this.#waiters.length === 0) {
      const place = this.#take();
      if (place?.state === 'value') return Promise.resolve({ done: false, value: place.value as Result });
      if (place !== undefined || this.#isOver()) return this.#end(place);
    }
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
    });
  }

  async return(): Promise<IteratorResult<Result, void>> {
    this.#scope.end();
    return finished;
  }

  async throw(error: unknown): Promise<IteratorResult<Result, void>> {
    this.#scope.end();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #begin(): void {
    const { source } = this.#options;
    const reader: Reader<Item> = this.#scope.open(source);
    this.#reader = reader;
    if (Symbol.asyncIterator in source) this.#pull = pullInTurn(reader, () => this.#scope.release(reader));
    this.#signal = this.#scope.signal;
    this.#scope.onEnd(() => this.#dismiss());
  }

  #start(): void {
    let place: Place<Result> | undefined;
    this.#open += 1;
    if (this.#options.ordered) {
      place = { state: 'running', value: undefined, error: undefined };
      this.#places.push(place);
    }
    let step: Promise<IteratorResult<Item, unknown>> | IteratorResult<Item, unknown>;
    try {
      step = this.#pull === undefined ? this.#pullNow() : this.#pull();
    } catch (error) {
      this.#failSource(place, error);
      return;
    }
    if (step instanceof Promise)
      step.then(
        (result) => this.#map(place, result),
        (error: unknown) => this.#failSource(place, error),
      );
    else this.#map(place, step);
  }

  #pullNow(): IteratorResult<Item, unknown> {
    const reader = this.#reader as Reader<Item>;
    try {
      // Synchronous, as its source has no other iterator.
      const step = reader.next() as IteratorResult<Item, unknown>;
      if (step.done) this.#scope.release(reader);
      return step;
    } catch (error) {
      this.#scope.release(reader);
      throw error;
    }
  }

  #map(place: Place<Result> | undefined, step: IteratorResult<Item, unknown>): void {
    if (step.done || this.#scope.ended) {
      this.#sourceDone = true;
      this.#settle(place, 'done', undefined, undefined);
      return;
    }
    const context: MapContext = { index: this.#pulled, signal: this.#signal! };
    this.#pulled += 1;
    try {
      const result = this.#options.mapper(step.value, context);
      if (!isPromise(result)) this.#settle(place, 'value', result, undefined);
      else if (place === undefined) result.then(this.#onValue, this.#onError);
      else
        result.then(
          (value) => this.#settle(place, 'value', value, undefined),
          (error: unknown) => this.#settle(place, 'error', undefined, error),
        );
    } catch (error) {
      this.#settle(place, 'error', undefined, error);
    }
  }

  #failSource(place: Place<Result> | undefined, error: unknown): void {
    this.#sourceDone = true;
    this.#settle(place, 'error', undefined, error);
  }

  /** Without an order every place is the same: two functions serve them all. */
  readonly #onValue = (value: Result): void => {
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      this.#open -= 1;
      waiter.resolve({ done: false, value });
    } else if (!this.#scope.ended) {
      this.#places.push({ state: 'value', value, error: undefined });
    }
  };
  readonly #onError = (error: unknown): void => this.#settle(undefined, 'error', undefined, error);

  #settle(
    begun: Place<Result> | undefined,
    state: Place<Result>['state'],
    value: Result | undefined,
    error: unknown,
  ): void {
    if (begun !== undefined) {
      begun.state = state;
      begun.value = value;
      begun.error = error;
    } else if (state === 'done') {
      this.#open -= 1;
    } else {
      this.#places.push({ state, value, error });
    }
    while (this.#waiters.length > 0) {
      const next = this.#take();
      if (next === undefined && !this.#isOver()) return;
      const waiter = this.#waiters.shift()!;
      if (next?.state === 'value') waiter.resolve({ done: false, value: next.value as Result });
      else this.#end(next).then(waiter.resolve, waiter.reject);
    }
  }

  /** The place to be read next, once it is settled. */
  #take(): Place<Result> | undefined {
    const head = this.#places.peek();
    if (head === undefined || head.state === 'running') return undefined;
    this.#places.shift();
    this.#open -= 1;
    return head;
  }

  #isOver(): boolean {
    return this.#scope.ended || (this.#sourceDone && this.#open === 0);
  }

  /** The last step: the end, a failure, or the reason of an abort. */
  async #end(place: Place<Result> | undefined): Promise<IteratorResult<Result, void>> {
    this.#scope.throwIfAborted();
    this.#scope.end();
    if (place?.state === 'error') throw place.error;
    return finished;
  }

  /** The reader left, or the signal aborted: nobody gets what is still to come. */
  #dismiss(): void {
    this.#places.clear();
    this.#open = 0;
    this.#sourceDone = true;
    for (let waiter = this.#waiters.shift(); waiter !== undefined; waiter = this.#waiters.shift())
      this.#end(undefined).then(waiter.resolve, waiter.reject);
  }
}

function isPromise<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  if (value instanceof Promise) return true;
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
