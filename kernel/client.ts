// A Jupyter client in Node: starts a kernel, runs cells on it, collects their outputs.
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Dealer, Request, Subscriber } from 'zeromq';
import { newConnection } from './client/connection.ts';
import { OutputArea } from './client/output-area.ts';
import type { ClientChannel, Exchange, ExecuteOptions, StartOptions } from './client/options.ts';
import {
  decodeMessage,
  encodeMessage,
  newHeader,
  type Connection,
  type Content,
  type Message,
} from './wire/message.ts';

export type { ClientChannel, Exchange, ExecuteOptions, StartOptions } from './client/options.ts';

interface Waiting extends Exchange {
  readonly options: ExecuteOptions;
  reply: Content | undefined;
  isIdle: boolean;
  readonly resolve: (content: Content) => void;
  readonly reject: (error: Error) => void;
}

/** A running kernel and the sockets to it. */
export class KernelClient {
  readonly connection: Connection;
  readonly process: ChildProcess;
  /** The content of the kernel's kernel_info_reply. */
  info: Content = {};
  /** What the kernel's process printed past its protocol. */
  log = '';
  /** Resolves when the process has ended, with how. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly #session = randomUUID();
  readonly #folder: string;
  readonly #onMessage: StartOptions['onMessage'];
  readonly #waiting = new Map<string, Waiting>();
  readonly #sockets;
  #sending = Promise.resolve();
  #isClosed = false;

  private constructor(
    connection: Connection,
    folder: string,
    child: ChildProcess,
    onMessage: StartOptions['onMessage'],
  ) {
    this.connection = connection;
    this.#folder = folder;
    this.process = child;
    this.#onMessage = onMessage;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text: Buffer) => (this.log = (this.log + text.toString()).slice(-100_000)));
    }
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
      child.once('error', (error) => {
        this.log += String(error);
        resolve({ code: null, signal: null });
      });
    });
    const routingId = this.#session;
    this.#sockets = {
      shell: new Dealer({ routingId, linger: 0 }),
      control: new Dealer({ routingId, linger: 0 }),
      stdin: new Dealer({ routingId, linger: 0 }),
      iopub: new Subscriber({ linger: 0, receiveHighWaterMark: 0 }),
    };
  }

  /** Starts a kernel and resolves when both its answers and its outputs arrive. */
  static async start({
    argv,
    cwd,
    env = process.env,
    startTimeoutMs = 30_000,
    onMessage,
  }: StartOptions): Promise<KernelClient> {
    const folder = await mkdtemp(join(tmpdir(), 'kernel-client-'));
    const connection = await newConnection();
    const file = join(folder, 'connection.json');
    await writeFile(file, JSON.stringify(connection), { mode: 0o600 });
    const [command = '', ...args] = argv.map((part) => part.replace('{connection_file}', file));
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const client = new KernelClient(connection, folder, child, onMessage);
    try {
      await client.#connect(startTimeoutMs);
      return client;
    } catch (error) {
      await client.kill();
      throw error;
    }
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

  /** Presses the stop button: in the way that the course's kernel spec names, or by a signal as plain tslab wants it. */
  interrupt(mode: 'message' | 'signal' = 'message'): void {
    if (mode === 'signal') this.process.kill('SIGINT');
    else this.request('control', 'interrupt_request', {});
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

  /** Asks the kernel to end, and kills it if it has not after `timeoutMs`. Resolves when the process is gone. */
  async shutdown(timeoutMs = 5000): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.request('control', 'shutdown_request', { restart: false });
      await Promise.race([this.exited, wait(timeoutMs, undefined, { ref: false })]);
    }
    await this.kill();
  }

  /** Ends the kernel's process at once and closes the sockets. */
  async kill(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill('SIGKILL');
    await this.exited;
    this.#isClosed = true;
    for (const socket of Object.values(this.#sockets)) socket.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #connect(startTimeoutMs: number): Promise<void> {
    const { shell_port, control_port, stdin_port, iopub_port } = this.connection;
    this.#sockets.shell.connect(this.#address(shell_port));
    this.#sockets.control.connect(this.#address(control_port));
    this.#sockets.stdin.connect(this.#address(stdin_port));
    this.#sockets.iopub.connect(this.#address(iopub_port));
    this.#sockets.iopub.subscribe();
    for (const channel of ['shell', 'control', 'stdin', 'iopub'] as const) void this.#read(channel);
    void this.exited.then(({ code, signal }) => this.#failAll(`the kernel ended (${signal ?? code})`));

    const deadline = performance.now() + startTimeoutMs;
    while (performance.now() < deadline) {
      // What is published before the subscription stands is lost: ask until an answer comes on both sockets.
      const { done } = this.request('shell', 'kernel_info_request', {});
      const answer = await Promise.race([done, wait(300, undefined, { ref: false })]);
      if (answer !== undefined) {
        this.info = answer;
        return;
      }
    }
    throw new Error(`The kernel did not answer within ${startTimeoutMs} ms. ${this.log}`);
  }

  #address(port: number): string {
    return `${this.connection.transport}://${this.connection.ip}:${port}`;
  }

  #send(channel: ClientChannel, message: Message): void {
    const frames = encodeMessage(this.connection.key, message);
    this.#sending = this.#sending.then(async () => {
      if (!this.#isClosed) await this.#sockets[channel].send(frames);
    });
    this.#sending.catch((error: unknown) => this.#failAll(String(error)));
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
  }

  /** A cell may redraw what an earlier cell displayed. */
  #updateDisplays(content: Content): void {
    for (const { outputs } of this.#waiting.values()) outputs.update(content);
  }

  #answerInput(message: Message, { options }: Waiting): void {
    const { prompt, password } = message.content;
    const value = options.onInput?.(String(prompt), password === true) ?? '';
    this.#send('stdin', {
      identities: [],
      header: newHeader('input_reply', this.#session, 'client'),
      parent_header: message.header,
      metadata: {},
      content: { status: 'ok', value },
      buffers: [],
    });
  }

  #failAll(reason: string): void {
    for (const waiting of this.#waiting.values()) {
      waiting.reject(new Error(this.log === '' ? reason : `${reason}: ${this.log}`));
    }
  }
}
