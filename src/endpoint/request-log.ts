/** How a request stands: a client that left in mid-answer made it `cancelled`. */
export type RequestState = 'running' | 'finished' | 'cancelled' | 'refused' | 'failed';

/** One request, as `GET /v1/_requests` shows it. No text of it is kept. */
export interface LoggedRequest {
  readonly id: number;
  readonly method: string;
  readonly path: string;
  state: RequestState;
  /** Pieces of the answer written so far. */
  tokens: number;
  /** ISO 8601. */
  readonly startedAt: string;
  firstTokenMs: number | null;
  durationMs: number | null;
}

/** How many finished requests are remembered. */
const mostKept = 200;

/** Counts requests and remembers the latest. */
export class RequestLog {
  readonly #requests: LoggedRequest[] = [];
  readonly #counts: Record<RequestState, number> = {
    running: 0,
    finished: 0,
    cancelled: 0,
    refused: 0,
    failed: 0,
  };
  #lastId = 0;

  start(method: string, path: string): RequestRecord {
    const request: LoggedRequest = {
      id: ++this.#lastId,
      method,
      path,
      state: 'running',
      tokens: 0,
      startedAt: new Date().toISOString(),
      firstTokenMs: null,
      durationMs: null,
    };
    this.#requests.push(request);
    this.#counts.running++;
    if (this.#requests.length > mostKept) {
      const oldest = this.#requests.findIndex(({ state }) => state !== 'running');
      if (oldest >= 0) this.#requests.splice(oldest, 1);
    }
    return new RequestRecord(request, (state) => {
      this.#counts.running--;
      this.#counts[state]++;
    });
  }

  snapshot() {
    return { ...this.#counts, requests: this.#requests.map((request) => ({ ...request })) };
  }
}

/** What a handler notes about its request. */
export class RequestRecord {
  readonly #request: LoggedRequest;
  readonly #onEnd: (state: RequestState) => void;
  readonly #startedMs = performance.now();

  constructor(request: LoggedRequest, onEnd: (state: RequestState) => void) {
    this.#request = request;
    this.#onEnd = onEnd;
  }

  token(): void {
    this.#request.tokens++;
    this.#request.firstTokenMs ??= this.#elapsedMs();
  }

  /** Only the first call counts. */
  end(state: Exclude<RequestState, 'running'>): void {
    if (this.#request.state !== 'running') return;
    this.#request.state = state;
    this.#request.durationMs = this.#elapsedMs();
    this.#onEnd(state);
  }

  #elapsedMs(): number {
    return Math.round(10 * (performance.now() - this.#startedMs)) / 10;
  }
}
