import { onTestFinished } from 'vitest';
import type { Embedder } from '../../src/embedding/embedder.ts';
import { TransformersEmbedder } from '../../src/embedding/transformers-embedder.ts';
import { type Endpoint, type EndpointOptions, startEndpoint } from '../../src/endpoint/server.ts';

let loading: Promise<Embedder> | undefined;

/** The real embedder, loaded once a test file; its thread ends with the file's. */
export function realEmbedder(): Promise<Embedder> {
  loading ??= TransformersEmbedder.load();
  return loading;
}

/** An endpoint that closes with the test. */
export async function endpointFor(options: EndpointOptions = {}): Promise<Endpoint> {
  const endpoint = await startEndpoint({ embedder: await realEmbedder(), ...options });
  onTestFinished(() => endpoint.close());
  return endpoint;
}

/** A prompt as this library writes it, by hand. */
export const promptWith = (question: string, ...sources: readonly string[]) =>
  sources
    .map((text, index) => `<source-a1 number="${index + 1}">\n${text}\n</source-a1>\n\n`)
    .join('')
    .concat(`<question-a1>\n${question}\n</question-a1>`);

export const chatBody = (content: string, more: object = {}) => ({
  model: 'extractive-1',
  messages: [{ role: 'user', content }],
  ...more,
});

/** Posts JSON, and gives the status and the JSON that came. */
export async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

/** Waits until the server's own record of requests says so. */
export async function untilRequests(
  url: string,
  holds: (log: {
    running: number;
    cancelled: number;
    requests: { state: string; tokens: number }[];
  }) => boolean,
): Promise<void> {
  for (;;) {
    const log = await (await fetch(`${url}/_requests`)).json();
    if (holds(log as Parameters<typeof holds>[0])) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
