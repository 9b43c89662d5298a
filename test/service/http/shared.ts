import { onTestFinished } from 'vitest';
import { type ServerOptions, startServer } from '../../../src/service/http/server.ts';
import { serviceFor } from '../shared.ts';

/** A service over HTTP, with real parts behind it; all closes with the test. */
export async function serverFor(
  options: Parameters<typeof serviceFor>[0] & Partial<Omit<ServerOptions, 'service'>> = {},
) {
  const { service, store, endpoint } = await serviceFor(options);
  const server = await startServer({ graceMs: 0, ...options, service });
  onTestFinished(() => server.close());
  return { server, url: server.url, service, store, endpoint };
}

export interface WireEvent {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly data: Record<string, unknown>;
}

/** Server-sent events of a response, as they stand. */
export async function eventsOf(response: Response): Promise<WireEvent[]> {
  return (await response.text())
    .split('\n\n')
    .filter((block) => block.includes('data: '))
    .map((block) => {
      const field = (name: string) =>
        block
          .split('\n')
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2);
      return {
        id: field('id'),
        name: field('event'),
        data: JSON.parse(field('data')!) as Record<string, unknown>,
      };
    });
}

export const ask = (
  url: string,
  body: unknown,
  init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
) =>
  fetch(`${url}/v1/answers`, {
    method: 'POST',
    ...init,
    headers: { 'content-type': 'application/json', ...init.headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
