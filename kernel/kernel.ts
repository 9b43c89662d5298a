import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { currentCell } from './cells/cell-context.ts';
import { abortCellSignal, installCellSignal } from './cells/cell-signal.ts';
import { Executor, InterruptedError } from './cells/executor.ts';
import { failureOf } from './cells/failure.ts';
import { installStackTraces } from './cells/stack-trace.ts';
import { loadCompiler } from './compile/compiler.ts';
import { ExecuteHandler } from './handlers/execute.ts';
import { LanguageHandler } from './handlers/language.ts';
import { ShellQueue } from './handlers/shell-queue.ts';
import { Stdin } from './handlers/stdin.ts';
import { kernelInfo } from './kernel-info.ts';
import { Publisher } from './output/publisher.ts';
import { captureStandardStreams } from './output/standard-streams.ts';
import { Channels } from './wire/channels.ts';
import type { Connection, Content, Message } from './wire/message.ts';

/** Starts the kernel for the client that wrote the connection file. */
export function startKernel(connectionFile: string | undefined): void {
  if (connectionFile === undefined) {
    throw new Error('The kernel is started by a Jupyter client: node start.cjs {connection_file}');
  }
  const connection = JSON.parse(readFileSync(connectionFile, 'utf8')) as Connection;
  const info = kernelInfo();
  const channels = new Channels(connection, info, randomUUID());
  endWithParent();

  const compiler = loadCompiler(fileURLToPath(new URL('cell-globals.d.ts', import.meta.url)));
  const executor = new Executor(compiler, (isRunning) => channels.setRunningCell(isRunning));
  const publisher = new Publisher(channels);
  const stdin = new Stdin(channels, () => publisher.flush());
  const language = new LanguageHandler(executor, compiler);
  const execute = new ExecuteHandler(executor, publisher);

  compiler.jupyterModule.lastWriteDisplayData = (data, update) => {
    const cell = currentCell();
    if (cell !== undefined)
      publisher.publish(cell, update === true ? 'update_display_data' : 'display_data', { ...data });
  };
  quietDynamicImports();
  installStackTraces();
  installCellSignal();
  captureStandardStreams(publisher);
  reportStrayErrors(publisher);
  for (const name of ['prompt', 'input'] as const) {
    const value = (...args: Parameters<Stdin['prompt']>) => stdin.prompt(...args);
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }

  const interrupt = (): void => {
    const reason = new InterruptedError();
    abortCellSignal(reason);
    stdin.interrupt(reason);
    executor.interrupt();
  };
  process.on('SIGINT', interrupt);

  const shutdown = async (request: Message, channel: 'shell' | 'control'): Promise<void> => {
    const content = { status: 'ok', restart: request.content['restart'] === true };
    publisher.flush();
    channels.reply(channel, request, 'shutdown_reply', content);
    channels.publish(request.header, 'shutdown_reply', content);
    channels.publish(request.header, 'status', { execution_state: 'idle' });
    executor.close();
    await channels.close();
    process.exit(0);
  };

  const answers: Record<string, (content: Content) => Content> = {
    kernel_info_request: () => info,
    is_complete_request: (content) => language.isComplete(content),
    complete_request: (content) => language.complete(content),
    inspect_request: (content) => language.inspect(content),
    history_request: () => ({ status: 'ok', history: [] }),
    comm_info_request: () => ({ status: 'ok', comms: {} }),
  };
  const queue = new ShellQueue(channels, {
    execute: (message) => execute.execute(message),
    answer: (type, content) => answers[type]?.(content),
    shutdown,
  });
  channels.listen({
    onMessage: (channel, message) => {
      if (channel === 'stdin') stdin.onReply(message.content);
      else queue.receive(channel, message);
    },
    onInterrupt: interrupt,
    onRefused: (channel, reason) => console.error(`Refused on the ${channel} channel: ${reason}`),
    onFailed: (reason) => {
      console.error(`The kernel's sockets failed: ${reason}`);
      process.exit(1);
    },
  });
}

/** What nobody caught or awaited is an error of the cell that started it. */
function reportStrayErrors(publisher: Publisher): void {
  const report = (error: unknown): void => {
    const cell = currentCell();
    if (cell === undefined) console.error(error);
    else publisher.publish(cell, 'error', { ...failureOf(error) });
  };
  process.on('uncaughtException', report);
  process.on('unhandledRejection', report);
}

/** Node warns once of a feature by which `import()` works in cells; a reader can do nothing about it. */
function quietDynamicImports(): void {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning: string | Error, ...rest: never[]) => {
    if (!String(warning).includes('USE_MAIN_CONTEXT_DEFAULT_LOADER')) {
      emitWarning(warning, ...rest);
    }
  };
}

/** A kernel whose client was killed ends within a second. */
function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, 1000).unref();
}
