import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { OpenAIModel, type OpenAIModelOptions } from '../../src/generation/openai-model.ts';

/** A server that a test writes by hand, and what it saw. */
export interface RawServer {
  readonly url: string;
  /** Bodies that came, in their order. */
  readonly bodies: Record<string, unknown>[];
  readonly headers: IncomingMessage['headers'][];
  /** Resolves when the client has closed the n-th request's connection before the answer's end, counted from 0. */
  closed(index: number): Promise<void>;
  /** Resolves when the n-th request is here. */
  came(index: number): Promise<void>;
}

type Handler = (response: ServerResponse, index: number) => void | Promise<void>;

/** Listens on a free loopback port until the test ends. */
export async function rawServer(handler: Handler): Promise<RawServer> {
  const bodies: Record<string, unknown>[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const slots = Array.from({ length: 10 }, () => ({
    closed: Promise.withResolvers<void>(),
    came: Promise.withResolvers<void>(),
  }));
  const server = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const part of request) body += part;
      const index = bodies.push(body === '' ? {} : JSON.parse(body)) - 1;
      headers.push(request.headers);
      response.on('close', () => {
        if (!response.writableFinished) slots[index]?.closed.resolve();
      });
      slots[index]?.came.resolve();
      await handler(response, index);
    })().catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    bodies,
    headers,
    closed: (index) => slots[index]!.closed.promise,
    came: (index) => slots[index]!.came.promise,
  };
}

/** An address where nobody listens: below the ports that a system gives out, and not one that fetch will not ask. */
export const deadUrl = 'http://127.0.0.1:2/v1';

export const chunk = (content: string | null, finishReason: string | null = null, more: object = {}) =>
  `data: ${JSON.stringify({
    id: 'c1',
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta: content === null ? {} : { content }, finish_reason: finishReason }],
    ...more,
  })}\n\n`;

export const usage = (prompt: number, completion: number) =>
  `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: prompt, completion_tokens: completion } })}\n\n`;

export const done = 'data: [DONE]\n\n';

export const sse = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'text/event-stream' });

export const whole = (response: ServerResponse, text = 'fine') =>
  void sse(response).end(chunk(text) + chunk(null, 'stop') + done);

/** A model that waits for nothing between tries. */
export const modelAt = (url: string, more: Partial<OpenAIModelOptions> = {}) =>
  new OpenAIModel({ baseUrl: url, model: 'm', retry: { baseDelayMs: 0 }, ...more });

export const hello = [{ role: 'user', content: 'Hello' }] as const;
