import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Checkout } from './checkout.ts';
import type { Children } from './children.ts';

export interface Endpoint {
  /** Its base address, as `OPENAI_BASE_URL` takes it; undefined if none runs. */
  url: string | undefined;
  child?: ChildProcess;
  said: string;
}

/**
 * Starts the local OpenAI-compatible endpoint on a free port of this machine alone. A reader who has named an endpoint in
 * `OPENAI_BASE_URL` needs none. That it cannot start is said, and stops nothing: the chapters start their own.
 */
export async function startEndpoint(
  { root }: Checkout,
  children: Children,
  env: NodeJS.ProcessEnv,
  { port = 0, limitMs = 20_000 }: { port?: number; limitMs?: number } = {},
): Promise<Endpoint> {
  if (env['OPENAI_BASE_URL'])
    return { url: undefined, said: `yours: ${withoutPassword(env['OPENAI_BASE_URL'])}` };
  if (!existsSync(join(root, 'tools', 'llm.ts'))) {
    return { url: undefined, said: 'none: this checkout has no tools/llm.ts' };
  }
  // It ends with this process, even if that is killed by force.
  const args = [
    'llm',
    '--port',
    String(port),
    '--tokens-per-second',
    '60',
    '--with-parent',
    String(process.pid),
  ];
  const child = children.start(process.execPath, [join(root, 'tools', 'run.mjs'), ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const errors: string[] = [];
  if (child.stderr)
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (errors.length < 50) errors.push(line);
    });
  const ended = once(child, 'close').then(
    () => undefined,
    () => undefined,
  );
  const timeout = AbortSignal.timeout(limitMs);
  const url = await Promise.race([firstUrl(child), ended, once(timeout, 'abort').then(() => undefined)]);
  if (url === undefined) {
    const why =
      errors.find((line) => /\w*Error\b.*:/.test(line)) ??
      errors.find((line) => line.trim() !== '') ??
      'it did not say where it listens';
    child.kill('SIGKILL');
    return { url: undefined, said: `none: ${why.slice(0, 200)}` };
  }
  return { url, child, said: url };
}

/**
 * The variable by which notebooks find the endpoint on this port. Not `OPENAI_BASE_URL`: that one says that the reader
 * has named an endpoint, and a dead one would then be an error and not a reason to start another.
 */
export function endpointEnvironment(port: number, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return env['OPENAI_BASE_URL'] ? {} : { STREAMING_RAG_LLM_URL: `http://127.0.0.1:${port}/v1` };
}

async function firstUrl({ stdout }: ChildProcess): Promise<string | undefined> {
  if (!stdout) return undefined;
  return await new Promise((resolve) => {
    createInterface({ input: stdout }).on('line', (line) => {
      try {
        const { url } = JSON.parse(line) as { url?: unknown };
        if (typeof url === 'string') resolve(url);
      } catch {
        // a line of log
      }
    });
  });
}

function withoutPassword(address: string): string {
  try {
    const url = new URL(address);
    url.password = '';
    url.username = '';
    return url.href;
  } catch {
    return 'OPENAI_BASE_URL is set, but is not an address';
  }
}
