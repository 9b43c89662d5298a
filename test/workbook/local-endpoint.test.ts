import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { installedReadmes, localEndpoint } from '../../src/workbook/index.ts';

afterEach(() => vi.unstubAllEnvs());

describe('localEndpoint', () => {
  it('should take the endpoint that the reader names, unasked', async () => {
    vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:9/v1');
    vi.stubEnv('OPENAI_MODEL', '');
    await expect(localEndpoint()).rejects.toThrow(/set OPENAI_MODEL/);
    vi.stubEnv('OPENAI_MODEL', 'm');
    vi.stubEnv('OPENAI_API_KEY', 'k');
    await using endpoint = await localEndpoint();
    expect(endpoint).toMatchObject({
      url: 'http://127.0.0.1:9/v1',
      model: 'm',
      apiKey: 'k',
      from: 'OPENAI_BASE_URL',
    });
  });

  it('should take the one beside JupyterLab when it answers', async () => {
    const server = createServer((_, response) => response.end('{"data":[{"id":"one"}]}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    vi.stubEnv('OPENAI_BASE_URL', '');
    vi.stubEnv('STREAMING_RAG_LLM_URL', url);
    await using endpoint = await localEndpoint();
    expect(endpoint).toMatchObject({ url, model: 'one', from: 'npm start' });
  });

  it('should start one that answers, and end it on disposal', async () => {
    vi.stubEnv('OPENAI_BASE_URL', '');
    vi.stubEnv('STREAMING_RAG_LLM_URL', 'http://127.0.0.1:9/v1');
    const endpoint = await localEndpoint();
    expect(endpoint.from).toBe('here');
    const { data } = (await (await fetch(`${endpoint.url}/models`)).json()) as { data: { id: string }[] };
    expect(data.map(({ id }) => id)).toContain(endpoint.model);
    await endpoint[Symbol.asyncDispose]();
    await expect(fetch(`${endpoint.url}/models`)).rejects.toThrow();
  });
});

describe('installedReadmes', () => {
  it('should give paths of files that are there, and name packages that are not', () => {
    const paths = installedReadmes(['openai', '@xenova/transformers']);
    expect(paths.every((path) => existsSync(path))).toBe(true);
    expect(() => installedReadmes(['openai', 'no-such-package'])).toThrow(/No README of no-such-package/);
  });
});
