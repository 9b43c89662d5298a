import OpenAI, { AuthenticationError, NotFoundError } from 'openai';
import { describe, expect, it } from 'vitest';
import { startEndpoint } from '../../src/endpoint/server.ts';
import { chatBody, endpointFor, post, promptWith, realEmbedder, untilRequests } from './shared.ts';

const kettle = 'The kettle boils water in three minutes. It stands in the kitchen next to the window.';
const bridge = 'The old bridge was built in 1874. It carries two lanes of traffic over the river.';
const prompt = promptWith('When was the old bridge built?', kettle, bridge);
const answer = 'The old bridge was built in 1874. [2]';

const clientOf = (url: string, apiKey = 'any') => new OpenAI({ baseURL: url, apiKey, maxRetries: 0 });

describe('the endpoint', () => {
  it('lists its models', async () => {
    const { url } = await endpointFor();
    const ids = [];
    for await (const model of clientOf(url).models.list()) ids.push(model.id);
    expect(ids).toEqual(['extractive-1', (await realEmbedder()).model]);
    expect((await clientOf(url).models.retrieve('extractive-1')).id).toBe('extractive-1');
    await expect(clientOf(url).models.retrieve('other')).rejects.toThrow(NotFoundError);
  });

  it('answers with the sentence that answers, citing its source', async () => {
    const { url } = await endpointFor();
    const completion = await clientOf(url).chat.completions.create({
      model: 'extractive-1',
      messages: [{ role: 'user', content: prompt }],
    });
    expect(completion.choices[0]).toMatchObject({
      message: { role: 'assistant', content: answer },
      finish_reason: 'stop',
    });
    expect(completion.usage!.completion_tokens).toBe(11);
    expect(completion.usage!.total_tokens).toBe(completion.usage!.prompt_tokens + 11);
  });

  it('streams the same answer in pieces of about a word, then why it ended, then the usage', async () => {
    const { url } = await endpointFor();
    const stream = await clientOf(url).chat.completions.create({
      model: 'extractive-1',
      messages: [{ role: 'user', content: prompt }],
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await Array.fromAsync(stream);
    const pieces = chunks.map((chunk) => chunk.choices[0]?.delta.content).filter((piece) => piece);
    expect(pieces).toEqual(['The', ' old', ' bridge', ' was', ' built', ' in', ' 1874', '.', ' [', '2', ']']);
    expect(chunks[0]!.choices[0]!.delta.role).toBe('assistant');
    expect(chunks.at(-2)!.choices[0]!.finish_reason).toBe('stop');
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 11 } });
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
  });

  it('ends its event stream with [DONE]', async () => {
    const { url } = await endpointFor();
    const response = await fetch(`${url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(chatBody(prompt, { stream: true })),
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const text = await response.text();
    expect(text.endsWith('\n\ndata: [DONE]\n\n')).toBe(true);
    expect(text).not.toContain('"usage"');
  });

  it('says in the language of the question that the sources do not answer', async () => {
    const { url } = await endpointFor();
    const ask = async (question: string) => {
      const { json } = await post(`${url}/chat/completions`, chatBody(promptWith(question, kettle, bridge)));
      return (json.choices as { message: { content: string } }[])[0]!.message.content;
    };
    expect(await ask('How do I train a neural network on my laptop?')).toBe(
      'The sources do not answer this.',
    );
    expect(await ask('如何在笔记本电脑上训练神经网络？')).toBe('资料中没有这个问题的答案。');
  });

  it('gives the same answer to the same request, also at once with others', async () => {
    const { url } = await endpointFor();
    const ask = async (content: string) => {
      const { json } = await post(`${url}/chat/completions`, chatBody(content));
      return JSON.stringify((json.choices as object[])[0]);
    };
    const first = await ask(prompt);
    const others = [promptWith('What boils water?', kettle, bridge), prompt, promptWith('River?', bridge)];
    const [, again] = await Promise.all(others.map(ask));
    expect(again).toBe(first);
  });

  it('keeps to max_tokens and stop', async () => {
    const { url } = await endpointFor();
    const ask = async (more: object) => {
      const { json } = await post(`${url}/chat/completions`, chatBody(prompt, more));
      return (json.choices as { message: { content: string }; finish_reason: string }[]).map(
        ({ message, finish_reason: reason }) => [message.content, reason],
      )[0];
    };
    expect(await ask({ max_tokens: 3 })).toEqual(['The old bridge', 'length']);
    expect(await ask({ max_completion_tokens: 11 })).toEqual([answer, 'stop']);
    expect(await ask({ stop: ' in' })).toEqual(['The old bridge was built', 'stop']);
    expect(await ask({ stop: ['never', 'ridge'] })).toEqual(['The old b', 'stop']);
  });

  it('embeds texts as numbers and as base64', async () => {
    const { url } = await endpointFor();
    const { model } = await realEmbedder();
    const input = ['The old bridge', '旧桥'];
    const { json } = await post(`${url}/embeddings`, { model, input });
    const floats = (json.data as { embedding: number[] }[]).map(({ embedding }) => embedding);
    // The client asks for base64 by itself and decodes it.
    const decoded = await clientOf(url).embeddings.create({ model, input });
    expect(decoded.data.map(({ embedding }) => embedding)).toEqual(floats);
    expect(Math.hypot(...floats[1]!)).toBeCloseTo(1, 5);
  });

  for (const [name, body, status, param] of [
    ['what is not JSON', '{"model":', 400, null],
    ['JSON that is no object', '[]', 400, null],
    ['a missing model', { messages: [{ role: 'user', content: 'x' }] }, 400, 'model'],
    ['a model that is not here', chatBody('x', { model: 'gpt-5' }), 404, 'model'],
    ['no messages', chatBody('x', { messages: [] }), 400, 'messages'],
    ['a message without a role', chatBody('x', { messages: [{ content: 'x' }] }), 400, 'messages[0]'],
    [
      'an image',
      chatBody('x', { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] }),
      400,
      'messages[0]',
    ],
    ['two answers at once', chatBody('x', { n: 2 }), 400, 'n'],
    ['a stream that is neither true nor false', chatBody('x', { stream: 'yes' }), 400, 'stream'],
    ['no tokens', chatBody('x', { max_tokens: 0 }), 400, 'max_tokens'],
    ['five stops', chatBody('x', { stop: ['a', 'b', 'c', 'd', 'e'] }), 400, 'stop'],
  ] as const) {
    it(`refuses ${name} in OpenAI's shape`, async () => {
      const { url } = await endpointFor();
      const { status: came, json } = await post(`${url}/chat/completions`, body);
      expect(came).toBe(status);
      expect(json.error).toMatchObject({ type: 'invalid_request_error', param });
      expect((json.error as { message: string }).message).not.toBe('');
    });
  }

  it('refuses bodies that are too long, unknown paths and other methods', async () => {
    const { url } = await endpointFor({ maxBodyBytes: 1000 });
    expect((await post(`${url}/chat/completions`, chatBody('x'.repeat(1000)))).status).toBe(413);
    expect(await post(`${url}/nothing`, {})).toMatchObject({
      status: 404,
      json: { error: { code: 'unknown_url' } },
    });
    expect((await fetch(`${url}/chat/completions`)).status).toBe(404);
  });

  it('lets in only the keys that it was given', async () => {
    const { url } = await endpointFor({ apiKeys: ['right'] });
    await expect(clientOf(url, 'wrong').models.list()).rejects.toThrow(AuthenticationError);
    expect((await clientOf(url, 'right').models.list()).data).toHaveLength(2);
  });

  it('refuses a browser page that reaches it under another name', async () => {
    const { port } = await endpointFor();
    const { request } = await import('node:http');
    const status = await new Promise((resolve) => {
      request({ port, path: '/v1/models', headers: { host: `evil.example:${port}` } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(403);
  });

  it('stops its work when the client leaves, and tells so', async () => {
    const { url } = await endpointFor({ tokensPerSecond: 3 });
    const controller = new AbortController();
    const response = await fetch(`${url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(chatBody(prompt, { stream: true })),
      signal: controller.signal,
    });
    const reader = response.body!.getReader();
    await reader.read();
    await untilRequests(url, ({ requests }) => requests[0]!.tokens >= 2);
    controller.abort();
    await reader.read().catch(() => {});
    await untilRequests(url, ({ cancelled, running }) => cancelled === 1 && running === 0);
    const { requests } = (await (await fetch(`${url}/_requests`)).json()) as {
      requests: { tokens: number }[];
    };
    expect(requests[0]!.tokens).toBeLessThan(11);
  });

  it('stops when the client leaves before the first token', async () => {
    const { url } = await endpointFor({ firstTokenMs: 60_000 });
    const controller = new AbortController();
    const asking = post(`${url}/chat/completions`, chatBody(prompt)).catch(() => 'never awaited to the end');
    const leaving = fetch(`${url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(chatBody(prompt)),
      signal: controller.signal,
    }).catch(() => 'left');
    await untilRequests(url, ({ running }) => running === 2);
    controller.abort();
    expect(await leaving).toBe('left');
    await untilRequests(url, ({ cancelled, running }) => cancelled === 1 && running === 1);
    void asking;
  });

  it('ends open connections when it is closed, and its port is free again', async () => {
    const endpoint = await endpointFor({ firstTokenMs: 60_000 });
    const waiting = fetch(`${endpoint.url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(chatBody(prompt, { stream: true })),
    }).then((response) => response.text());
    await untilRequests(endpoint.url, ({ running }) => running === 1);
    const closing = expect(waiting).rejects.toThrow('terminated');
    await endpoint.close();
    await endpoint.close();
    await closing;
    const next = await startEndpoint({ embedder: await realEmbedder(), port: endpoint.port });
    expect(next.port).toBe(endpoint.port);
    await next.close();
  });

  it('says that a port is taken', async () => {
    const { port } = await endpointFor();
    await expect(startEndpoint({ embedder: await realEmbedder(), port })).rejects.toThrow('EADDRINUSE');
    await expect(startEndpoint({ port: 70_000 })).rejects.toThrow(
      '`port` must be an integer from 0 to 65535',
    );
  });
});
