import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { LanguageModelError } from '../../src/generation/language-model-error.ts';
import { collect } from '../../src/generation/language-model.ts';
import { OpenAIModel } from '../../src/generation/openai-model.ts';
import { VirtualClock } from '../../src/iter/clock.ts';
import { chunk, deadUrl, done, hello, modelAt, rawServer, sse, usage, whole } from './raw-server.ts';

const failure = async (work: Promise<unknown>): Promise<LanguageModelError> => {
  const error = await work.then(
    () => new Error('nothing failed'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LanguageModelError);
  return error as LanguageModelError;
};

describe('OpenAIModel', () => {
  it('yields text as it comes, then usage, then why it ended', async () => {
    const server = await rawServer((response) => {
      sse(response).end(chunk('') + chunk('Hel') + chunk('lo') + chunk(null, 'stop') + usage(3, 2) + done);
    });
    expect(
      await Array.fromAsync(modelAt(server.url).stream(hello, { maxTokens: 9, temperature: 1 })),
    ).toEqual([
      { type: 'text', text: 'Hel' },
      { type: 'text', text: 'lo' },
      { type: 'usage', promptTokens: 3, completionTokens: 2 },
      { type: 'finish', reason: 'stop' },
    ]);
    expect(server.bodies).toEqual([
      {
        model: 'm',
        messages: hello,
        stream: true,
        stream_options: { include_usage: true },
        max_tokens: 9,
        temperature: 1,
      },
    ]);
    expect(server.headers[0]!.authorization).toBe('Bearer none');
  });

  it('collects the whole answer from the same request', async () => {
    const server = await rawServer((response) => {
      sse(response).end(chunk('Hello') + chunk(null, 'length') + usage(3, 2) + done);
    });
    expect(await collect(modelAt(server.url).stream(hello))).toEqual({
      text: 'Hello',
      finishReason: 'length',
      usage: { promptTokens: 3, completionTokens: 2 },
    });
    expect(server.bodies).toHaveLength(1);
  });

  it('asks nobody before its first pull', async () => {
    const server = await rawServer((response) => whole(response));
    const stream = modelAt(server.url).stream(hello);
    await stream.return();
    expect(server.bodies).toHaveLength(0);
  });

  it('takes an answer that said why it ended as whole, though [DONE] never comes', async () => {
    const server = await rawServer((response, index) => {
      sse(response).write(chunk('Hello') + chunk(null, 'stop'), () => {
        if (index === 0) response.destroy();
        else response.end();
      });
    });
    for (let round = 0; round < 2; round++) {
      expect((await collect(modelAt(server.url).stream(hello))).text).toBe('Hello');
    }
    expect(server.bodies).toHaveLength(2);
  });

  for (const [status, kind, words] of [
    [400, 'rejected', 'does not accept the request (400)'],
    [401, 'unauthorized', 'Set OPENAI_API_KEY'],
    [403, 'unauthorized', 'Set OPENAI_API_KEY'],
    [404, 'not-found', "has no model 'm' (404)"],
    [422, 'rejected', '(422)'],
  ] as const) {
    it(`says what a ${status} means, and does not ask again`, async () => {
      const server = await rawServer((response) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: { message: 'the key sk-secret is wrong' } }));
      });
      const error = await failure(collect(modelAt(server.url, { apiKey: 'sk-secret' }).stream(hello)));
      expect(error).toMatchObject({ kind, status, isRetryable: false, midAnswer: false });
      expect(error.message).toContain(words);
      expect(error.message).toContain(server.url);
      expect(error.message).not.toContain('sk-secret');
      expect(server.bodies).toHaveLength(1);
    });
  }

  for (const [status, kind] of [
    [429, 'rate-limited'],
    [500, 'unavailable'],
    [503, 'unavailable'],
    [408, 'stalled'],
  ] as const) {
    it(`tries again after a ${status}, up to its limit`, async () => {
      const recovering = await rawServer((response, index) => {
        if (index < 2) response.writeHead(status).end();
        else whole(response);
      });
      expect((await collect(modelAt(recovering.url).stream(hello))).text).toBe('fine');
      const broken = await rawServer((response) => void response.writeHead(status).end());
      const error = await failure(collect(modelAt(broken.url).stream(hello)));
      expect(error).toMatchObject({ kind, status, isRetryable: true });
      expect(broken.bodies).toHaveLength(3);
    });
  }

  it('says that nobody listens, where, and what to do', async () => {
    const url = deadUrl;
    const error = await failure(collect(modelAt(url).stream(hello)));
    expect(error).toMatchObject({ kind: 'unreachable', status: undefined });
    expect(error.message).toBe(
      `No language model answers at ${url} (ECONNREFUSED). ` +
        'Start one there (`npm run llm` starts the local one), or name another by OPENAI_BASE_URL.',
    );
  });

  it('waits as long as the server asks, and draws its own waits otherwise', async () => {
    const server = await rawServer((response, index) => {
      if (index === 0) response.writeHead(429, { 'retry-after': '7' }).end();
      else if (index === 1) response.writeHead(503).end();
      else whole(response);
    });
    const waits: number[] = [];
    const clock = new VirtualClock();
    const model = modelAt(server.url, {
      clock,
      random: () => 0.5,
      retry: { baseDelayMs: 1000 },
      onRetry: ({ waitMs }) => {
        waits.push(waitMs);
        setImmediate(() => void clock.advance(waitMs));
      },
    });
    expect((await collect(model.stream(hello))).text).toBe('fine');
    expect(waits).toEqual([7000, 1000]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('fails at once when the server asks for a longer wait than the budget, and never asks sooner', async () => {
    const server = await rawServer((response) => void response.writeHead(429, { 'retry-after': '31' }).end());
    const error = await failure(collect(modelAt(server.url).stream(hello)));
    expect(error).toMatchObject({ kind: 'rate-limited', retryAfterMs: 31_000 });
    expect(error.message).toContain('Ask again in 31 s.');
    expect(server.bodies).toHaveLength(1);
  });

  it('keeps the text that came before a cut, and asks nothing twice', async () => {
    const server = await rawServer((response) => {
      sse(response).write(chunk('Hel') + chunk('lo'), () => response.destroy());
    });
    const error = await failure(collect(modelAt(server.url).stream(hello)));
    expect(error).toMatchObject({ kind: 'cut', midAnswer: true, isRetryable: false, partialText: 'Hello' });
    expect(server.bodies).toHaveLength(1);
  });

  it('takes an end without a reason as a cut, and tries again when no text had come', async () => {
    const server = await rawServer((response, index) => {
      if (index === 0) sse(response).end();
      else sse(response).end(chunk('Hel'));
    });
    const error = await failure(collect(modelAt(server.url).stream(hello)));
    expect(error).toMatchObject({ kind: 'cut', midAnswer: true, partialText: 'Hel' });
    expect(server.bodies).toHaveLength(2);
  });

  it('reports an error event, and what is no JSON, in the middle of an answer', async () => {
    const server = await rawServer((response, index) => {
      sse(response).end(
        chunk('Hel') +
          (index === 0 ? 'data: {"error":{"message":"overloaded"}}\n\n' : 'data: {"choices":\n\n'),
      );
    });
    expect(await failure(collect(modelAt(server.url).stream(hello)))).toMatchObject({
      kind: 'unavailable',
      partialText: 'Hel',
    });
    expect(await failure(collect(modelAt(server.url).stream(hello)))).toMatchObject({
      kind: 'malformed',
      partialText: 'Hel',
    });
  });

  it('gives up on silence before the first event and between two, and closes the connection', async () => {
    const server = await rawServer((response, index) => {
      if (index === 1) sse(response).write(chunk('Hel'));
    });
    const model = modelAt(server.url, {
      firstEventTimeoutMs: 20,
      idleTimeoutMs: 20,
      retry: { maxRetries: 0 },
    });
    expect(await failure(collect(model.stream(hello)))).toMatchObject({ kind: 'stalled', midAnswer: false });
    await server.closed(0);
    const patient = modelAt(server.url, { idleTimeoutMs: 20 });
    expect(await failure(collect(patient.stream(hello)))).toMatchObject({
      kind: 'stalled',
      partialText: 'Hel',
    });
    await server.closed(1);
  });

  it('does not count the time of a slow reader as silence', async () => {
    const server = await rawServer(
      (response) => void sse(response).end(chunk('a') + chunk('b', 'stop') + done),
    );
    const texts: string[] = [];
    for await (const event of modelAt(server.url, { idleTimeoutMs: 20 }).stream(hello)) {
      if (event.type === 'text') texts.push(event.text);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    expect(texts).toEqual(['a', 'b']);
  });

  it('closes the connection when the reader leaves', async () => {
    const server = await rawServer((response) => void sse(response).write(chunk('Hel')));
    for await (const event of modelAt(server.url).stream(hello)) {
      expect(event).toEqual({ type: 'text', text: 'Hel' });
      break;
    }
    await server.closed(0);
  });

  it('closes the connection when the reader leaves while it waits', async () => {
    const server = await rawServer((response) => void sse(response).write(chunk('Hel')));
    const stream = modelAt(server.url).stream(hello);
    await stream.next();
    const waiting = stream.next();
    await stream.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    await server.closed(0);
  });

  for (const [moment, handler, pulls] of [
    ['before the headers', () => {}, 0],
    ['in the middle of an event', (response) => void sse(response).write(`${chunk('Hel')}data: {"cho`), 1],
  ] as const satisfies readonly [string, Parameters<typeof rawServer>[0], number][]) {
    it(`stops ${moment} with the reason it is given, leaving no listener`, async () => {
      const server = await rawServer(handler);
      const controller = new AbortController();
      const stream = modelAt(server.url).stream(hello, { signal: controller.signal });
      for (let pull = 0; pull < pulls; pull++) await stream.next();
      const stopped = expect(stream.next()).rejects.toBe('enough');
      await server.came(0);
      controller.abort('enough');
      await stopped;
      await server.closed(0);
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    });
  }

  it('stops while it waits to try again', async () => {
    const server = await rawServer((response) => void response.writeHead(503).end());
    const controller = new AbortController();
    const model = modelAt(server.url, {
      random: () => 1,
      retry: { baseDelayMs: 60_000, maxDelayMs: 60_000, budgetMs: 100_000 },
      onRetry: () => setImmediate(() => controller.abort('enough')),
    });
    await expect(collect(model.stream(hello, { signal: controller.signal }))).rejects.toBe('enough');
    expect(server.bodies).toHaveLength(1);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('does not start with an aborted signal', async () => {
    const server = await rawServer((response) => whole(response));
    const stream = modelAt(server.url).stream(hello, { signal: AbortSignal.abort('enough') });
    await expect(stream.next()).rejects.toBe('enough');
    expect(server.bodies).toHaveLength(0);
  });

  it('leaves no listener after a whole answer', async () => {
    const server = await rawServer((response) => whole(response));
    const controller = new AbortController();
    await collect(modelAt(server.url).stream(hello, { signal: controller.signal }));
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('refuses bad options when it is made and when it is called', () => {
    expect(() => new OpenAIModel({ baseUrl: 'nowhere', model: 'm' })).toThrow(
      "`baseUrl` must be a URL such as http://127.0.0.1:8080/v1, got 'nowhere'",
    );
    expect(() => modelAt('http://user:pass@x/v1')).toThrow('must not hold a user name or password');
    expect(() => new OpenAIModel({ baseUrl: 'http://x/v1', model: '' })).toThrow(RangeError);
    expect(() => modelAt('http://x/v1', { idleTimeoutMs: 0 })).toThrow('`idleTimeoutMs`');
    expect(() => modelAt('http://x/v1', { retry: { maxRetries: -1 } })).toThrow('`maxRetries`');
    expect(() => modelAt('http://x/v1').stream([])).toThrow('`messages`');
    expect(() => modelAt('http://x/v1').stream(hello, { maxTokens: 0 })).toThrow('`maxTokens`');
  });
});
