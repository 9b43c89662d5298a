import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Dealer, Request, Subscriber } from 'zeromq';
import {
  decodeMessage,
  encodeMessage,
  newHeader,
  type Connection,
  type Content,
  type Message,
} from '../wire/message.ts';
import type { ClientChannel, Exchange, ExecuteOptions, MessageListener, StartOptions } from './options.ts';
import { OutputArea } from './output-area.ts';

interface Waiting extends Exchange {
  readonly options: ExecuteOptions;
  reply: Content | undefined;
  isIdle: boolean;
  readonly resolve: (content: Content) => void;
  readonly reject: (error: Error) => void;
}

export type ConnectionOptions = Pick<StartOptions, 'onMessage' | 'lostMessageMs'>;

/** A client's sockets to a running kernel; several may be connected to one. */
export class KernelConnection {
  readonly connection: Connection;
  /** The content of the kernel's kernel_info_reply. */
  info: Content = {};
  readonly #session = randomUUID();
  readonly #onMessage: MessageListener | undefined;
  readonly #lostMessageMs: number | undefined;
  readonly #waiting = new Map<string, Waiting>();
  readonly #sockets;
  #sending = Promise.resolve();
  #isClosed = false;

  constructor(connection: Connection, { onMessage, lostMessageMs }: ConnectionOptions = {}) {
    this.connection = connection;
    this.#lostMessageMs = lostMessageMs;
    this.#onMessage = onMessage;
    const routingId = this.#session;
    this.#sockets = {
      shell: new Dealer({ routingId, linger: 0 }),
      control: new Dealer({ routingId, linger: 0 }),
      stdin: new Dealer({ routingId, linger: 0 }),
      iopub: new Subscriber({ linger: 0, receiveHighWaterMark: 0 }),
    };
  }

  /** Connects and resolves when both answers and outputs arrive. @throws if nothing answers within `timeoutMs`. */
  async open(timeoutMs = 30_000): Promise<void> {
    const { shell_port, control_port, stdin_port, iopub_port } = this.connection;
    this.#sockets.shell.connect(this.#address(shell_port));
    this.#sockets.control.connect(this.#address(control_port));
    this.#sockets.stdin.connect(this.#address(stdin_port));
    this.#sockets.iopub.connect(this.#address(iopub_port));
    this.#sockets.iopub.subscribe();
    for (const channel of ['shell', 'control', 'stdin', 'iopub'] as const) void this.#read(channel);

    const deadline = performance.now() + timeoutMs;
    while (performance.now() < deadline) {
      // What is published before the subscription stands is lost: ask until an answer comes on both sockets.
      const { done } = this.request('shell', 'kernel_info_request', {});
      const answer = await Promise.race([done, wait(300, undefined, { ref: false })]);
      if (answer !== undefined) {
        this.info = answer;
        return;
      }
    }
    throw new Error(`The kernel did not answer within ${timeoutMs} ms`);
  }

  /** Sends a request; `done` resolves to the content of its reply when the kernel is idle again. */
  request(channel: ClientChannel, type: string, content: Content, options: ExecuteOptions = {}): Exchange {
    const header = newHeader(type, this.#session, 'client');
    let resolve: (content: Content) => void = () => {};
    let reject: (error: Error) => void = () => {};
    const done = new Promise<Content>((...settle) => ([resolve, reject] = settle));
    // A caller may look at the outputs alone.
    done.catch(() => {});
    const waiting: Waiting = {
      id: header.msg_id,
      outputs: new OutputArea(),
      messages: [],
      options,
      reply: undefined,
      isIdle: false,
      done,
      resolve,
      reject,
    };
    this.#waiting.set(header.msg_id, waiting);
    this.#send(channel, {
      identities: [],
      header,
      parent_header: {},
      metadata: {},
      content,
      buffers: [],
    });
    return waiting;
  }

  /** Sends a cell. */
  execute(code: string, options: ExecuteOptions = {}): Exchange {
    const {
      silent = false,
      storeHistory = true,
      stopOnError = true,
      userExpressions = {},
      onInput,
    } = options;
    const content = {
      code,
      silent,
      store_history: storeHistory,
      user_expressions: userExpressions,
      allow_stdin: onInput !== undefined,
      stop_on_error: stopOnError,
    };
    return this.request('shell', 'execute_request', content, options);
  }

  /** Presses the stop button, in the way that the course's kernel spec names. */
  interrupt(): void {
    this.request('control', 'interrupt_request', {});
  }

  /** Resolves to true if the heartbeat socket echoes within `timeoutMs`. */
  async heartbeat(timeoutMs = 2000): Promise<boolean> {
    const socket = new Request({ linger: 0, receiveTimeout: timeoutMs });
    try {
      socket.connect(this.#address(this.connection.hb_port));
      await socket.send('ping');
      const [echo] = await socket.receive();
      return echo?.toString() === 'ping';
    } catch {
      return false;
    } finally {
      socket.close();
    }
  }

  /** Fails what still waits for an answer. */
  fail(reason: string): void {
    for (const waiting of this.#waiting.values()) waiting.reject(new Error(reason));
  }

  close(): void {
    this.#isClosed = true;
    for (const socket of Object.values(this.#sockets)) socket.close();
  }

  #address(port: number): string {
    return `${this.connection.transport}://${this.connection.ip}:${port}`;
  }

  #send(channel: ClientChannel, message: Message): void {
    const frames = encodeMessage(this.connection.key, message);
    this.#sending = this.#sending.then(async () => {
      if (!this.#isClosed) await this.#sockets[channel].send(frames);
    });
    this.#sending.catch((error: unknown) => this.fail(String(error)));
  }

  async #read(channel: ClientChannel | 'iopub'): Promise<void> {
    for await (const frames of this.#sockets[channel]) {
      const message = decodeMessage(this.connection.key, frames);
      this.#onMessage?.(channel, message);
      const waiting = this.#waiting.get(message.parent_header.msg_id ?? '');
      if (waiting !== undefined) this.#take(channel, message, waiting);
    }
  }

  #take(channel: ClientChannel | 'iopub', message: Message, waiting: Waiting): void {
    const type = message.header.msg_type;
    if (channel === 'stdin') this.#answerInput(message, waiting);
    else if (channel !== 'iopub') waiting.reply = message.content;
    else {
      waiting.messages.push(message);
      if (type === 'status') waiting.isIdle ||= message.content['execution_state'] === 'idle';
      else if (waiting.outputs.add(type, message.content)) waiting.options.onOutput?.(type, message.content);
      else if (type === 'update_display_data') this.#updateDisplays(message.content);
    }
    if (waiting.reply !== undefined && waiting.isIdle) waiting.resolve(waiting.reply);
    else if (this.#lostMessageMs !== undefined && (waiting.reply !== undefined || waiting.isIdle)) {
      const resolve = (): void => waiting.resolve(waiting.reply ?? { status: 'unknown' });
      setTimeout(resolve, this.#lostMessageMs).unref();
    }
  }

  /** A cell may redraw what an earlier cell displayed. */
  #updateDisplays(content: Content): void {
    for (const { outputs } of this.#waiting.values()) outputs.update(content);
  }

  #answerInput(message: Message, { options }: Waiting): void {
    const { prompt, password } = message.content;
    const value = options.onInput?.(String(prompt), password === true);
    if (value === undefined) return;
    this.#send('stdin', {
      identities: [],
      header: newHeader('input_reply', this.#session, 'client'),
      parent_header: message.header,
      metadata: {},
      content: { status: 'ok', value },
      buffers: [],
    });
  }
}
