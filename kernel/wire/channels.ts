import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import {
  sharedAt,
  sharedLength,
  type ChannelName,
  type FromIo,
  type IoData,
  type ToIo,
} from './io-protocol.ts';
import {
  byteLengthOf,
  encodeMessage,
  newHeader,
  type Connection,
  type Content,
  type Header,
  type Message,
} from './message.ts';

/** What is not yet with ZeroMQ may grow to this before the writer waits. */
const maxPendingBytes = 8 * 1024 * 1024;

export interface ChannelEvents {
  onMessage(channel: ChannelName, message: Message): void;
  onInterrupt(): void;
  onRefused(channel: ChannelName, reason: string): void;
  onFailed(reason: string): void;
}

export interface PublishOptions {
  readonly metadata?: Content;
  readonly buffers?: readonly Uint8Array[];
}

/** The main thread's hold on the kernel's sockets, which live on the I/O thread. */
export class Channels {
  readonly session: string;
  readonly #key: string;
  readonly #worker: Worker;
  readonly #state: Int32Array;
  readonly #drains = new Map<number, () => void>();
  #lastDrain = 0;
  #closed: (() => void) | undefined;

  constructor(connection: Connection, kernelInfo: Content, session: string) {
    this.session = session;
    this.#key = connection.key;
    const shared = new SharedArrayBuffer(sharedLength * Int32Array.BYTES_PER_ELEMENT);
    this.#state = new Int32Array(shared);
    // Until `listen` the compiler loads.
    Atomics.store(this.#state, sharedAt.isCompiling, 1);
    const heapLimitBytes = getHeapStatistics().heap_size_limit;
    const workerData: IoData = { connection, kernelInfo, session, shared, heapLimitBytes };
    this.#worker = new Worker(new URL('./io-thread.ts', import.meta.url), { workerData, execArgv: [] });
  }

  /** Begins to hand on what comes in. What came before waits until then. */
  listen(events: ChannelEvents): void {
    this.#worker.on('error', (error: unknown) => events.onFailed(String(error)));
    this.#worker.on('message', (message: FromIo) => {
      if (message.kind === 'message') events.onMessage(message.channel, message.message);
      else if (message.kind === 'interrupt' || message.kind === 'ping') {
        this.#post({ kind: 'seen', id: message.id });
        if (message.kind === 'interrupt') events.onInterrupt();
      } else if (message.kind === 'drained') {
        this.#drains.get(message.id)?.();
        this.#drains.delete(message.id);
      } else if (message.kind === 'refused') events.onRefused(message.channel, message.reason);
      else if (message.kind === 'failed') events.onFailed(message.message);
      else if (message.kind === 'closed') this.#closed?.();
    });
    Atomics.store(this.#state, sharedAt.isCompiling, 0);
    this.#post({ kind: 'ready' });
  }

  /** Answers `request` where it came from. */
  reply(
    channel: ChannelName,
    request: Message,
    type: string,
    content: Content,
    metadata: Content = {},
  ): void {
    const { identities, header } = request;
    const message = { identities, header: newHeader(type, this.session), parent_header: header };
    this.#send(channel, { ...message, metadata, content, buffers: [] });
  }

  /** Tells all clients. */
  publish(parent: Partial<Header>, type: string, content: Content, options: PublishOptions = {}): void {
    this.#send('iopub', {
      identities: [Buffer.from(type)],
      header: newHeader(type, this.session),
      parent_header: parent,
      metadata: options.metadata ?? {},
      content,
      buffers: options.buffers ?? [],
    });
  }

  /** Does what no interrupt may break off by force. */
  uninterrupted<Result>(work: () => Result): Result {
    Atomics.store(this.#state, sharedAt.isCompiling, 1);
    try {
      return work();
    } finally {
      Atomics.store(this.#state, sharedAt.isCompiling, 0);
    }
  }

  /** Says that a cell begins to run: what keeps the thread busy from now on is this one. */
  countRun(): void {
    Atomics.add(this.#state, sharedAt.runs, 1);
  }

  /** Resolves when all requests that the sockets hold by now have been handed on. */
  async drain(): Promise<void> {
    this.#lastDrain += 1;
    const id = this.#lastDrain;
    await new Promise<void>((resolve) => {
      this.#drains.set(id, resolve);
      this.#post({ kind: 'drain', id });
    });
  }

  /** Sends what is queued and closes the sockets. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#closed = resolve;
      this.#post({ kind: 'close' });
    });
  }

  #send(channel: ChannelName, message: Message): void {
    // Made into JSON here, so that what cannot be fails in the cell that shows it.
    const frames = encodeMessage(this.#key, message);
    // A cell that floods its output waits here for the client; answers never wait.
    if (channel === 'iopub') this.#waitForRoom();
    Atomics.add(this.#state, sharedAt.unsentBytes, byteLengthOf(frames));
    this.#post({ kind: 'send', channel, frames });
  }

  #waitForRoom(): void {
    for (;;) {
      const unsent = Atomics.load(this.#state, sharedAt.unsentBytes);
      if (unsent <= maxPendingBytes) return;
      Atomics.wait(this.#state, sharedAt.unsentBytes, unsent, 100);
    }
  }

  #post(message: ToIo): void {
    this.#worker.postMessage(message);
  }
}
