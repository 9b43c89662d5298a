import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { defineGlobal, makeJupyterApi } from './api/jupyter-api.ts';
import { currentCell, runWithOutputsOf } from './cells/cell-context.ts';
import { abortCellSignal, installCellSignal } from './cells/cell-signal.ts';
import { Executor, InterruptedError } from './cells/executor.ts';
import { failureOf } from './cells/failure.ts';
import { guardProcessExit } from './cells/process-exit.ts';
import { installStackTraces } from './cells/stack-trace.ts';
import { loadCompiler } from './compile/compiler.ts';
import { Comms } from './handlers/comms.ts';
import { ExecuteHandler } from './handlers/execute.ts';
import { History } from './handlers/history.ts';
import { LanguageHandler } from './handlers/language.ts';
import { ShellQueue } from './handlers/shell-queue.ts';
import { Stdin } from './handlers/stdin.ts';
import { kernelInfo } from './kernel-info.ts';
import { log } from './log.ts';
import { Publisher } from './output/publisher.ts';
import { captureStandardStreams } from './output/standard-streams.ts';
import { quietWarnings } from './output/warnings.ts';
import { Channels } from './wire/channels.ts';
import type { Connection, Message } from './wire/message.ts';

/** Starts the kernel for the client that wrote the connection file. */
export function startKernel(connectionFile: string | undefined): void {
  if (connectionFile === undefined) {
    throw new Error('The kernel is started by a Jupyter client: node start.cjs {connection_file}');
  }
  const connection = JSON.parse(readFileSync(connectionFile, 'utf8')) as Connection;
  const info = kernelInfo();
  // First of all: while the compiler loads, the sockets already answer.
  const channels = new Channels(connection, info, randomUUID());
  const exit = guardProcessExit();
  let interrupt = (): void => {};
  process.on('SIGINT', () => interrupt());

  const compiler = loadCompiler(fileURLToPath(new URL('cell-globals.d.ts', import.meta.url)));
  const executor = new Executor(compiler, channels);
  const publisher = new Publisher(channels);
  const stdin = new Stdin(channels, publisher);
  const comms = new Comms(channels);
  const history = new History();
  const language = new LanguageHandler(executor, compiler);
  const execute = new ExecuteHandler(executor, publisher, history);

  compiler.jupyterModule.lastWriteDisplayData = (data, update) => {
    const cell = currentCell();
    const type = update === true ? 'update_display_data' : 'display_data';
    if (cell !== undefined) publisher.publish(cell, type, { ...data });
  };
  const prompt = (...args: Parameters<Stdin['prompt']>) => stdin.prompt(...args);
  defineGlobal('prompt', prompt);
  defineGlobal('input', prompt);
  defineGlobal('jupyter', makeJupyterApi(publisher, comms));
  quietWarnings();
  installStackTraces();
  installCellSignal();
  captureStandardStreams(publisher);

  /** What nobody caught or awaited is an error of the cell that started it. */
  const reportStray = (error: unknown): void => {
    const cell = currentCell();
    if (cell === undefined) log(String(error));
    else publisher.publish(cell, 'error', { ...failureOf(error) });
  };
  process.on('uncaughtException', reportStray);
  process.on('unhandledRejection', reportStray);

  interrupt = () => {
    const reason = new InterruptedError();
    executor.interrupt(reason);
    // Not before the cell has ended: what its code does about the signal may keep the thread busy once more.
    setImmediate(() => {
      stdin.interrupt(reason);
      abortCellSignal(reason);
    });
  };

  const end = async (code: number): Promise<never> => {
    publisher.flush();
    executor.close();
    await channels.close();
    return exit(code);
  };
  process.on('SIGTERM', () => void end(0));

  const comm = (message: Message): void => {
    const silence = { silent: false, allowStdin: false, executionCount: 0, payload: [] };
    runWithOutputsOf({ request: message, parent: message.header, ...silence }, () => {
      try {
        comms.receive(message);
      } catch (error) {
        reportStray(error);
      }
    });
  };
  const queue = new ShellQueue(channels, {
    execute: (message) => execute.execute(message),
    answers: {
      kernel_info_request: () => info,
      is_complete_request: (content) => channels.uninterrupted(() => language.isComplete(content)),
      complete_request: (content) => channels.uninterrupted(() => language.complete(content)),
      inspect_request: (content) => channels.uninterrupted(() => language.inspect(content)),
      history_request: (content) => history.answer(content),
      comm_info_request: (content) => comms.info(content),
    },
    notices: { comm_open: comm, comm_msg: comm, comm_close: comm },
    async shutdown(message, channel) {
      const content = { status: 'ok', restart: message.content['restart'] === true };
      publisher.flush();
      channels.reply(channel, message, 'shutdown_reply', content);
      channels.publish(message.header, 'shutdown_reply', content);
      channels.publish(message.header, 'status', { execution_state: 'idle' });
      await end(0);
    },
  });
  channels.listen({
    onMessage: (channel, message) => {
      if (channel === 'stdin') stdin.onReply(message.content);
      else queue.receive(channel, message);
    },
    onInterrupt: () => interrupt(),
    onRefused: (channel, reason) => log(`refused ${reason} on the ${channel} channel`),
    onFailed: (reason) => {
      log(`the sockets failed: ${reason}`);
      exit(1);
    },
  });
}
