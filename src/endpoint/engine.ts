import type { WireMessage } from './wire.ts';

/** What writes the answers behind the endpoint. */
export interface Engine {
  /** As requests name it. */
  readonly model: string;
  /** The answer in pieces of about a word, one token each. Stops working when `signal` aborts or the reader leaves. */
  answer(
    messages: readonly WireMessage[],
    options: { readonly signal: AbortSignal },
  ): AsyncGenerator<string, void, undefined>;
}
