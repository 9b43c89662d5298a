import type { AnswerEvent } from '../answer-events.ts';
import { wireEvent } from './wire-events.ts';

/** An answer that goes on without its reader, and can be read again from any event. */
export class KeptAnswer {
  readonly id: string;
  readonly #events: string[] = [];
  readonly #stop = new AbortController();
  #ended = false;
  #readers = 0;
  #wake = Promise.withResolvers<void>();
  #timer: NodeJS.Timeout | undefined;
  readonly #windowMs: number;
  readonly #onForget: () => void;

  constructor(
    id: string,
    begin: (signal: AbortSignal) => AsyncIterable<AnswerEvent>,
    windowMs: number,
    onForget: () => void,
  ) {
    this.id = id;
    this.#windowMs = windowMs;
    this.#onForget = onForget;
    // Begins here, so that a refusal reaches whoever asked.
    const events = begin(this.#stop.signal);
    void this.#read(events);
  }

  /** Events from position `from` on, as JSON, then those to come. Leaving the loop leaves the answer running for the window. */
  async *read(
    from: number,
    signal: AbortSignal,
  ): AsyncGenerator<{ index: number; json: string }, void, undefined> {
    clearTimeout(this.#timer);
    this.#readers++;
    try {
      for (let index = from; ; index++) {
        while (index >= this.#events.length) {
          if (this.#ended) return;
          await this.#more(signal);
        }
        yield { index, json: this.#events[index]! };
      }
    } finally {
      this.#readers--;
      if (this.#readers === 0) this.#timer = setTimeout(() => this.stop(), this.#windowMs);
    }
  }

  /** Ends the work and forgets the answer. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#stop.abort(new DOMException('The answer was stopped', 'AbortError'));
    this.#onForget();
  }

  async #more(signal: AbortSignal): Promise<void> {
    const { promise, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(signal.reason);
    signal.throwIfAborted();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      // The wake promise is short-lived: each event replaces it.
      await Promise.race([this.#wake.promise, promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #read(events: AsyncIterable<AnswerEvent>): Promise<void> {
    try {
      for await (const event of events) this.#add(JSON.stringify(wireEvent(event)));
    } catch {
      // Only a stop throws: a failure is an event.
    }
    this.#ended = true;
    this.#wake.resolve();
  }

  #add(json: string): void {
    this.#events.push(json);
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}

/** Answers that can be resumed, for a while after their last reader has gone. */
export class KeptAnswers {
  readonly #answers = new Map<string, KeptAnswer>();
  readonly #windowMs: number;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  get size(): number {
    return this.#answers.size;
  }

  /** @throws what `begin` throws. */
  start(begin: (signal: AbortSignal) => AsyncIterable<AnswerEvent>): KeptAnswer {
    const id = crypto.randomUUID();
    const answer = new KeptAnswer(id, begin, this.#windowMs, () => this.#answers.delete(id));
    this.#answers.set(id, answer);
    return answer;
  }

  get(id: string): KeptAnswer | undefined {
    return this.#answers.get(id);
  }

  stopAll(): void {
    for (const answer of this.#answers.values()) answer.stop();
  }
}
