import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, onTestFinished } from 'vitest';
import { KernelClient, type ExecuteOptions } from '../../kernel/client.ts';
import type { Output } from '../../kernel/client/output-area.ts';
import type { Content } from '../../kernel/wire/message.ts';
import { violationsOf } from './message-shapes.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export const kernelArgv = [process.execPath, here('../../kernel/start.cjs'), '{connection_file}'];

export interface KernelOptions {
  readonly argv?: readonly string[];
  readonly cwd?: string;
}

const violations: string[] = [];

/** Starts the course's kernel; every message it sends is held to the protocol. */
export async function startKernel(options: KernelOptions = {}): Promise<KernelClient> {
  return await KernelClient.start({
    argv: kernelArgv,
    cwd: here('.'),
    onMessage: (channel, message) => violations.push(...violationsOf(channel, message)),
    ...options,
  });
}

/** A kernel for one test, ended with it. */
export async function startKernelForTest(options: KernelOptions = {}): Promise<KernelClient> {
  const client = await startKernel(options);
  onTestFinished(() => client.kill());
  return client;
}

/** One kernel for all tests of a file, as a notebook's cells share one. */
export function useKernel(): { readonly client: KernelClient; readonly run: Run } {
  let client: KernelClient | undefined;
  beforeAll(async () => {
    client = await startKernel();
  });
  afterAll(() => client?.shutdown());
  afterEach(() => expect(violations.splice(0)).toEqual([]));
  const current = (): KernelClient => {
    if (client === undefined) throw new Error('the kernel is started before the first test');
    return client;
  };
  return {
    get client() {
      return current();
    },
    run: async (source, options) => await runCell(current(), source, options),
  };
}

export type Run = (source: string, options?: ExecuteOptions) => Promise<CellResult>;

export interface CellResult {
  readonly reply: Content;
  readonly outputs: readonly Output[];
  /** The text of the cell's last value. */
  readonly value: unknown;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of its error. */
  readonly traceback: string;
}

/** Runs a cell to its end. */
export async function runCell(
  client: KernelClient,
  source: string,
  options: ExecuteOptions = {},
): Promise<CellResult> {
  const exchange = client.execute(source, options);
  const reply = await exchange.done;
  const { outputs } = exchange.outputs;
  const result = outputs.find((output) => output.output_type === 'execute_result');
  const error = outputs.find((output) => output.output_type === 'error');
  return {
    reply,
    outputs,
    value: result?.data['text/plain'],
    stdout: textOf(outputs, 'stdout'),
    stderr: textOf(outputs, 'stderr'),
    traceback: (error?.traceback ?? []).join('\n'),
  };
}

export function textOf(outputs: readonly Output[], name: string): string {
  return outputs
    .map((output) => (output.output_type === 'stream' && output.name === name ? output.text : ''))
    .join('');
}
