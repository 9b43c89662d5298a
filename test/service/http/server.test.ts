import { once } from 'node:events';
import { connect } from 'node:net';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { startServer } from '../../../src/service/http/server.ts';
import { untilRequests } from '../../endpoint/shared.ts';
import { documents } from '../shared.ts';
import { ask, eventsOf, serverFor } from './shared.ts';

const question = 'When was the old bridge built?';

describe('POST /v1/answers', () => {
  it('streams the typed events of an answer', async () => {
    const { url } = await serverFor();
    const response = await ask(url, { question, sessionId: 's' });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const events = await eventsOf(response);
    expect(events.every(({ name, data }) => name === data.type)).toBe(true);
    const text = events.map(({ data }) => (data.type === 'token' ? data.text : '')).join('');
    expect(text).toContain('The old bridge was built in 1874. [1]');
    const citation = events.find(({ name }) => name === 'citation')!.data;
    const document = documents.find(({ id }) => id === citation.documentId)!;
    expect(document.text.slice(citation.start as number, citation.end as number)).toBe(citation.text);
    expect(events.at(-1)).toMatchObject({ name: 'done', data: { text } });
  });

  it('ends with an error event that says what to do, and nothing of the inside', async () => {
    const { url } = await serverFor({ endpoint: { fault: 'unauthorized' } });
    const events = await eventsOf(await ask(url, { question }));
    expect(events.at(-1)!.data).toMatchObject({ type: 'error', stage: 'generate', kind: 'unauthorized' });
    expect(events.at(-1)!.data.message).toContain('Set OPENAI_API_KEY');
  });

  it("stops the model's work when the client leaves", async () => {
    const { url, endpoint } = await serverFor({ endpoint: { tokensPerSecond: 3 } });
    const controller = new AbortController();
    const response = await ask(url, { question }, { signal: controller.signal });
    await untilRequests(endpoint.url, ({ requests }) => (requests[0]?.tokens ?? 0) > 0);
    controller.abort();
    await expect(response.text()).rejects.toThrow('aborted');
    await untilRequests(endpoint.url, ({ cancelled, running }) => cancelled === 1 && running === 0);
  });

  it('goes on for a resumable answer, and gives a client that comes back what it has not seen', async () => {
    const { url, endpoint } = await serverFor({ endpoint: { tokensPerSecond: 40 } });
    const whole = await eventsOf(await ask(url, { question }));
    const controller = new AbortController();
    const response = await ask(url, { question, resumable: true }, { signal: controller.signal });
    const id = response.headers.get('x-answer-id')!;
    await untilRequests(endpoint.url, ({ requests }) => (requests[1]?.tokens ?? 0) > 2);
    controller.abort();
    await expect(response.text()).rejects.toThrow('aborted');
    const rest = await eventsOf(
      await fetch(`${url}/v1/answers/${id}`, { headers: { 'last-event-id': '5' } }),
    );
    expect(rest.map((event) => Number(event.id))).toEqual(rest.map((_, index) => index + 6));
    expect(rest.at(-1)!.data).toMatchObject({ type: 'done', text: whole.at(-1)!.data.text });
    const again = await eventsOf(await fetch(`${url}/v1/answers/${id}`));
    expect(again.map(({ name }) => name)).toEqual(whole.map(({ name }) => name));
  });

  it('stops a resumable answer when told to, and when nobody comes back in time', async () => {
    const { url, endpoint } = await serverFor({ resumeMs: 20, endpoint: { firstTokenMs: 60_000 } });
    for (const [index, end] of ['told', 'late'].entries()) {
      const controller = new AbortController();
      const response = await ask(url, { question, resumable: true }, { signal: controller.signal });
      const id = response.headers.get('x-answer-id')!;
      await untilRequests(endpoint.url, ({ running }) => running === 1);
      if (end === 'told')
        expect((await fetch(`${url}/v1/answers/${id}`, { method: 'DELETE' })).status).toBe(204);
      controller.abort();
      await response.text().catch(() => {});
      await untilRequests(endpoint.url, ({ cancelled }) => cancelled === index + 1);
      expect((await fetch(`${url}/v1/answers/${id}`)).status).toBe(404);
    }
  });

  it('refuses with 429 and Retry-After when too many wait', async () => {
    const { url, endpoint } = await serverFor({
      concurrency: 1,
      maxWaiting: 0,
      endpoint: { firstTokenMs: 60_000 },
    });
    const controller = new AbortController();
    const first = await ask(url, { question }, { signal: controller.signal });
    await untilRequests(endpoint.url, ({ running }) => running === 1);
    const second = await ask(url, { question });
    expect(second.status).toBe(429);
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await second.json()).toMatchObject({ error: { code: 'rate_limit_exceeded' } });
    controller.abort();
    await first.text().catch(() => {});
  });

  for (const [name, body, param] of [
    ['what is not JSON', '{"question":', null],
    ['bytes that are not UTF-8', Buffer.from('{"question":"\xff"}', 'latin1'), null],
    ['a list', [], null],
    ['no question', {}, 'question'],
    ['an empty question', { question: '' }, null],
    ['100,000 characters', { question: 'x'.repeat(50_000) }, null],
    ['a bad session', { question, sessionId: 'a b' }, 'sessionId'],
    ['a bad topK', { question, topK: 1.5 }, 'topK'],
    ['a bad filter', { question, filter: { field: 1 } }, 'filter'],
    ['a bad flag', { question, resumable: 'yes' }, 'resumable'],
  ] as const) {
    it(`refuses ${name} with 400`, async () => {
      const { url } = await serverFor({ given: [] });
      const response = await (Buffer.isBuffer(body)
        ? fetch(`${url}/v1/answers`, { method: 'POST', body: new Uint8Array(body) })
        : ask(url, body));
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', param } });
    });
  }
});

describe('/v1/chat/completions of the service', () => {
  it('answers the openai client with retrieval, citations in the annotations', async () => {
    const { url } = await serverFor();
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'any' });
    const [model] = (await client.models.list()).data;
    const messages = [{ role: 'user', content: question }] as const;
    const completion = await client.chat.completions.create({ model: model!.id, messages: [...messages] });
    const { message } = completion.choices[0]!;
    expect(message.content).toBe('The old bridge was built in 1874. [1]');
    expect(message.annotations).toMatchObject([
      {
        document_citation: { number: 1, document_id: 'bridge.md', text: 'The old bridge was built in 1874.' },
      },
    ]);
    expect(completion.usage!.completion_tokens).toBe(11);

    const stream = await client.chat.completions.create({
      model: model!.id,
      messages: [...messages],
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await Array.fromAsync(stream);
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(message.content);
    expect(chunks.at(-2)!.choices[0]).toMatchObject({ finish_reason: 'stop', delta: { annotations: [{}] } });
    expect(chunks.at(-1)!.usage!.completion_tokens).toBe(11);
  });

  it('fails in the shape of OpenAI', async () => {
    const { url } = await serverFor({ endpoint: { fault: 'unauthorized' } });
    const post = (body: object) =>
      fetch(`${url}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(body) });
    const messages = [{ role: 'user', content: question }];
    expect((await post({ model: 'streaming-rag', messages })).status).toBe(502);
    const stream = await post({ model: 'streaming-rag', messages, stream: true });
    expect(await stream.text()).toContain('"code":"unauthorized"');
    expect((await post({ model: 'other', messages })).status).toBe(404);
    expect((await post({ model: 'streaming-rag', messages: [] })).status).toBe(400);
    expect(
      (await post({ model: 'streaming-rag', messages: [{ role: 'system', content: 'x' }] })).status,
    ).toBe(400);
    expect((await post({ model: 'streaming-rag', messages, stream: 1 })).status).toBe(400);
  });
});

describe('the server', () => {
  it('tells its health and its metrics, without a word of any question', async () => {
    const { url } = await serverFor();
    await (await ask(url, { question, sessionId: 'secret-session' })).text();
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain');
    const text = await response.text();
    for (const line of text.split('\n').filter((row) => row !== '')) {
      expect(line).toMatch(
        /^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{[a-z]+="[^"\\]*"(?:,[a-z]+="[^"\\]*")*\})? [-+.e\d]+(?:Inf)?)$/u,
      );
    }
    expect(text).toContain('streaming_rag_answers_total{outcome="done"} 1');
    expect(text).toContain('streaming_rag_tokens_total 10');
    expect(text).toMatch(/streaming_rag_stage_duration_seconds_count\{stage="search"\} 1/u);
    expect(text).toContain('streaming_rag_http_requests_total{route="/v1/answers",status="200"} 1');
    expect(text).not.toContain('bridge');
    expect(text).not.toContain('secret-session');
  });

  it('asks for its token on all but the page and its health, and only with one listens elsewhere', async () => {
    const token = 'a-token-of-sixteen';
    const { url } = await serverFor({ token });
    expect((await ask(url, { question })).status).toBe(401);
    expect((await ask(url, { question }, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    expect((await ask(url, { question }, { headers: { authorization: `Bearer ${token}` } })).status).toBe(
      200,
    );
    expect((await fetch(`${url}/metrics`)).status).toBe(401);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const { service } = await serverFor({ given: [] });
    await expect(startServer({ service, host: '0.0.0.0' })).rejects.toThrow('so a `token` is needed');
    await expect(startServer({ service, token: 'short' })).rejects.toThrow('at least 16 characters');
  });

  it('gives no other origin leave to read, and answers no other name', async () => {
    const { url, server } = await serverFor({ given: [] });
    const response = await fetch(`${url}/v1/models`, { headers: { origin: 'https://evil.example' } });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    const socket = connect(server.port, '127.0.0.1');
    socket.write('GET /v1/models HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toMatch(/^HTTP\/1\.1 403/u);
    socket.destroy();
  });

  it('refuses long bodies, long headers and slow ones, and lives', async () => {
    const { url, server } = await serverFor({ given: [], maxBodyBytes: 1_000, requestTimeoutMs: 100 });
    expect((await ask(url, { question: 'x'.repeat(2_000) })).status).toBe(413);
    const answerTo = async (text: string) => {
      const socket = connect(server.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(text);
      let answer = '';
      socket.on('data', (data) => (answer += data.toString()));
      await once(socket, 'close');
      return answer.slice(0, 12);
    };
    expect(await answerTo(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`)).toBe(
      'HTTP/1.1 431',
    );
    expect(await answerTo('GET /healthz HTTP/1.1\r\nHost: local')).toBe('HTTP/1.1 408');
    expect(
      await answerTo('POST /v1/answers HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{'),
    ).toBe('HTTP/1.1 408');
    expect(await answerTo('nonsense\r\n\r\n')).toBe('HTTP/1.1 400');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('lets open streams end when it closes, and takes no new ones', async () => {
    const { url, server } = await serverFor({ graceMs: 5_000, endpoint: { tokensPerSecond: 60 } });
    const response = await ask(url, { question });
    const closing = server.close();
    const events = await eventsOf(response);
    expect(events.at(-1)!.name).toBe('done');
    await closing;
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed');
  });

  it('ends streams that outlast its patience', async () => {
    const { url, server, endpoint } = await serverFor({ graceMs: 20, endpoint: { fault: 'endless' } });
    const reading = ask(url, { question }).then((response) => response.text());
    const cut = expect(reading).rejects.toThrow(TypeError);
    await untilRequests(endpoint.url, ({ running }) => running === 1);
    await server.close();
    await cut;
    await untilRequests(endpoint.url, ({ running }) => running === 0);
  });
});
