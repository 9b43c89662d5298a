// A Jupyter client in Node: starts a kernel, runs cells on it, collects their outputs.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { newConnection } from './client/connection.ts';
import { KernelConnection, type ConnectionOptions } from './client/kernel-connection.ts';
import type { StartOptions } from './client/options.ts';
import type { Connection } from './wire/message.ts';

export type { ClientChannel, Exchange, ExecuteOptions, StartOptions } from './client/options.ts';

/** How a kernel's process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const maxAttempts = 3;

/** A kernel that this client started, and the sockets to it. */
export class KernelClient extends KernelConnection {
  readonly process: ChildProcess;
  /** What the kernel's process printed past its protocol. */
  log = '';
  /** Resolves when the process has ended. */
  readonly exited: Promise<Exit>;
  readonly #folder: string;

  private constructor(
    connection: Connection,
    folder: string,
    child: ChildProcess,
    options: ConnectionOptions,
  ) {
    super(connection, options);
    this.#folder = folder;
    this.process = child;
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
  }

  /** Starts a kernel and resolves when both its answers and its outputs arrive. */
  static async start(options: StartOptions): Promise<KernelClient> {
    for (let attempt = 1; ; attempt += 1) {
      const client = await KernelClient.#spawn(options);
      try {
        await Promise.race([client.open(options.startTimeoutMs), client.#died()]);
        return client;
      } catch (error) {
        await client.kill();
        // A port that was free a moment ago may be another's by now.
        if (attempt === maxAttempts || !/address already in use/i.test(client.log)) throw error;
      }
    }
  }

  static async #spawn({ argv, cwd, env = process.env, ...options }: StartOptions): Promise<KernelClient> {
    const folder = await mkdtemp(join(tmpdir(), 'kernel-client-'));
    const connection = await newConnection();
    const file = join(folder, 'connection.json');
    await writeFile(file, JSON.stringify(connection), { mode: 0o600 });
    const [command = '', ...args] = argv.map((part) => part.replace('{connection_file}', file));
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    return new KernelClient(connection, folder, child, options);
  }

  /** Rejects when the process has ended, and fails what waits for it. */
  async #died(): Promise<never> {
    const { code, signal } = await this.exited;
    const reason = `the kernel ended (${signal ?? code}) ${this.log}`.trim();
    this.fail(reason);
    throw new Error(reason);
  }

  /** Presses the stop button: in the way that the course's kernel spec names, or by a signal as plain tslab wants it. */
  override interrupt(mode: 'message' | 'signal' = 'message'): void {
    if (mode === 'signal') this.process.kill('SIGINT');
    else super.interrupt();
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
    this.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
