import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** Keeps proxies from closing a silent stream. */
const keepAliveMs = 15_000;

/** Writes server-sent events (WHATWG HTML, 9.2) at the pace of the client. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;

  /** @param signal aborts when the client has gone. */
  constructor(response: ServerResponse, signal: AbortSignal, headers: Readonly<Record<string, string>> = {}) {
    this.#response = response;
    this.#signal = signal;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      ...headers,
    });
    response.flushHeaders();
    this.#timer = setInterval(() => response.write(': keep-alive\n\n'), keepAliveMs);
    response.once('close', () => clearInterval(this.#timer));
  }

  /** @throws `signal.reason` once the client has gone. */
  async write(data: string, { id, name }: { id?: string; name?: string } = {}): Promise<void> {
    this.#signal.throwIfAborted();
    const fields = `${id === undefined ? '' : `id: ${id}\n`}${name === undefined ? '' : `event: ${name}\n`}`;
    if (!this.#response.write(`${fields}data: ${data}\n\n`)) {
      await once(this.#response, 'drain', { signal: this.#signal });
    }
  }

  end(): void {
    clearInterval(this.#timer);
    this.#response.end();
  }
}
