import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutRoot } from './checkout.ts';

/** An OpenAI-compatible endpoint that answers now. */
export interface LocalEndpoint extends AsyncDisposable {
  /** Base URL, ending in `/v1`. */
  readonly url: string;
  /** Who started it: the reader's own settings, `npm start`, or this process just now. */
  readonly from: 'OPENAI_BASE_URL' | 'npm start' | 'here';
}

/** Most time an endpoint may take until it listens. */
const startLimitMs = 20_000;

/**
 * Finds the language model endpoint, in this order: the one you name in `OPENAI_BASE_URL`, the one that `npm start` runs
 * beside JupyterLab, or a new one in a child process on a free loopback port, which ends with this process.
 *
 * @throws Error with the endpoint's own words if a new one does not start within 20 s.
 */
export async function localEndpoint(): Promise<LocalEndpoint> {
  const named = process.env.OPENAI_BASE_URL;
  if (named) return { url: named, from: 'OPENAI_BASE_URL', [Symbol.asyncDispose]: async () => {} };
  const beside = process.env.STREAMING_RAG_LLM_URL;
  if (beside && (await answers(beside))) {
    return { url: beside, from: 'npm start', [Symbol.asyncDispose]: async () => {} };
  }
  const own = join(checkoutRoot, 'node_modules', 'node', 'bin', 'node');
  const child = spawn(
    existsSync(own) ? own : process.execPath,
    [join(checkoutRoot, 'tools', 'run.mjs'), 'llm', '--port', '0', '--with-parent', String(process.pid)],
    { cwd: checkoutRoot, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const url = await firstLine(child);
  // An endpoint that nobody asks anything keeps no kernel alive.
  child.unref();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.resume();
    (stream as unknown as { unref?: () => void } | null)?.unref?.();
  }
  return {
    url,
    from: 'here',
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.ref();
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/models`, { signal: AbortSignal.timeout(1_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** The `url` of the one line of JSON that the endpoint prints when it listens. */
function firstLine(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let output = '';
  let errors = '';
  const fail = (why: string) =>
    reject(new Error(`The local endpoint ${why}${errors && `:\n${errors.trim()}`}`));
  const late = setTimeout(() => {
    child.kill('SIGKILL');
    fail(`did not listen within ${startLimitMs / 1000} s`);
  }, startLimitMs);
  const onExit = (code: number | null) => fail(`ended with code ${code} before it listened`);
  const onError = (error: Error) => fail(`could not be started: ${error.message}`);
  const onErrors = (data: Buffer) => (errors += data.toString());
  const onOutput = (data: Buffer) => {
    output += data.toString();
    if (!output.includes('\n')) return;
    try {
      resolve((JSON.parse(output.slice(0, output.indexOf('\n'))) as { url: string }).url);
    } catch {
      fail(`printed something else than its address: ${output.slice(0, 200)}`);
    }
  };
  child.stdout?.on('data', onOutput);
  child.stderr?.on('data', onErrors);
  child.on('exit', onExit);
  child.on('error', onError);
  return promise.finally(() => {
    clearTimeout(late);
    child.off('exit', onExit);
    child.stdout?.off('data', onOutput);
    child.stderr?.off('data', onErrors);
  });
}
