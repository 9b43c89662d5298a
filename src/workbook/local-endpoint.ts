import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutRoot } from './checkout.ts';

/** An OpenAI-compatible endpoint that answers now. */
export interface LocalEndpoint extends AsyncDisposable {
  /** Base URL, ending in `/v1`. */
  readonly url: string;
  /** The model to ask it for. */
  readonly model: string;
  readonly apiKey: string;
  /** Who started it: the reader's own settings, `npm start`, or this process just now. */
  readonly from: 'OPENAI_BASE_URL' | 'npm start' | 'here';
}

/** Most time an endpoint may take until it listens. */
const startLimitMs = 20_000;

/** Pieces a second: about what a small model writes on a laptop, and slow enough to watch. */
const tokensPerSecond = 60;

/** Disposing of somebody else's endpoint does nothing. */
const notOurs = { [Symbol.asyncDispose]: async () => {} };

/**
 * Finds the language model endpoint, in this order: the one you name in `OPENAI_BASE_URL` (with `OPENAI_API_KEY` and
 * `OPENAI_MODEL`), the one that `npm start` runs beside JupyterLab, or a new one in a child process on a free loopback
 * port, which writes 60 pieces a second and ends with this process.
 *
 * @throws Error if `OPENAI_BASE_URL` is set and `OPENAI_MODEL` is not.
 * @throws Error with the endpoint's own words if a new one does not start within 20 s.
 */
export async function localEndpoint(): Promise<LocalEndpoint> {
  const { OPENAI_BASE_URL: named, OPENAI_MODEL: model, OPENAI_API_KEY: apiKey = 'none' } = process.env;
  if (named) {
    if (!model)
      throw new Error(`OPENAI_BASE_URL is set (${named}): set OPENAI_MODEL to one of its models, too.`);
    return { url: named, model, apiKey, from: 'OPENAI_BASE_URL', ...notOurs };
  }
  const beside = process.env.STREAMING_RAG_LLM_URL;
  const besideModel = beside && (await firstModel(beside));
  if (besideModel) return { url: beside, model: besideModel, apiKey: 'none', from: 'npm start', ...notOurs };
  const own = join(checkoutRoot, 'node_modules', 'node', 'bin', 'node');
  const rate = ['--tokens-per-second', String(tokensPerSecond)];
  const child = spawn(
    existsSync(own) ? own : process.execPath,
    [
      join(checkoutRoot, 'tools', 'run.mjs'),
      'llm',
      '--port',
      '0',
      ...rate,
      '--with-parent',
      String(process.pid),
    ],
    { cwd: checkoutRoot, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const started = await firstLine(child);
  // An endpoint that nobody asks anything keeps no kernel alive.
  child.unref();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.resume();
    (stream as unknown as { unref?: () => void } | null)?.unref?.();
  }
  return {
    ...started,
    apiKey: 'none',
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

/** The first model that an endpoint offers; undefined when nothing answers there. */
async function firstModel(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/models`, { signal: AbortSignal.timeout(1_000) });
    const { data } = (await response.json()) as { data: { id: string }[] };
    return response.ok ? data[0]?.id : undefined;
  } catch {
    return undefined;
  }
}

/** What the endpoint says of itself, in one line of JSON, when it listens. */
function firstLine(child: ChildProcess): Promise<{ url: string; model: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ url: string; model: string }>();
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
      const { url, model } = JSON.parse(output.slice(0, output.indexOf('\n'))) as {
        url: string;
        model: string;
      };
      resolve({ url, model });
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
