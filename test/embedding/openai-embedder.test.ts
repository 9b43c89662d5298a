import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { EmbeddingModelError } from '../../src/embedding/model-error.ts';
import { OpenAIEmbedder } from '../../src/embedding/openai-embedder.ts';
import { TransformersEmbedder } from '../../src/embedding/transformers-embedder.ts';
import { cosineSimilarity } from '../../src/embedding/similarity.ts';
import { type Endpoint, startEndpoint } from '../../src/endpoint/server.ts';

let local: TransformersEmbedder;
let endpoint: Endpoint;
beforeAll(async () => {
  local = await TransformersEmbedder.load();
  endpoint = await startEndpoint({ embedder: local });
});
afterAll(async () => {
  await endpoint.close();
  await local[Symbol.asyncDispose]();
});

interface Asked {
  readonly input: readonly string[];
}

/** A server that answers each embedding request by `answer`; `asked` holds the bodies it got. */
async function server(answer: (body: Asked, response: ServerResponse, count: number) => void) {
  const asked: Asked[] = [];
  const http = createServer((request: IncomingMessage, response) => {
    let text = '';
    request.on('data', (data: Buffer) => (text += data.toString()));
    request.on('end', () => {
      const body = JSON.parse(text) as Asked;
      asked.push(body);
      response.setHeader('content-type', 'application/json');
      answer(body, response, asked.length);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return { asked, baseUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1` };
}

/** Two numbers a text, as plain numbers, and in the wrong order on purpose: `index` decides. */
function answerWell(body: Asked, response: ServerResponse): void {
  const data = body.input.map((text, index) => ({ object: 'embedding', index, embedding: [text.length, 1] }));
  response.end(JSON.stringify({ object: 'list', data: data.toReversed() }));
}

describe('OpenAIEmbedder', () => {
  it('should give the vectors of the model behind the endpoint, in order', async () => {
    const embedder = await OpenAIEmbedder.connect({
      baseUrl: endpoint.url,
      model: local.model,
      maxBatchItems: 2,
    });
    expect(embedder.dimensions).toBe(local.dimensions);
    const texts = ['streams', '生成器', 'a reader who leaves', '', 'the last'];
    const [there, here] = [
      await Array.fromAsync(embedder.embed(texts)),
      await Array.fromAsync(local.embed(texts)),
    ];
    expect(there).toHaveLength(5);
    for (const [index, vector] of there.entries()) {
      expect(cosineSimilarity(vector, here[index]!)).toBeGreaterThan(0.95);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    }
  });

  it('should keep to the limits of items and tokens of one request', async () => {
    const { asked, baseUrl } = await server(answerWell);
    const options = {
      baseUrl,
      model: 'm',
      maxBatchItems: 3,
      maxBatchTokens: 10,
      countTokens: (text: string) => text.length,
    };
    const embedder = await OpenAIEmbedder.connect(options);
    await Array.fromAsync(embedder.embed(['a', 'b', 'c', 'd', '123456789', 'ef', 'x'.repeat(50)]));
    expect(asked.slice(1).map(({ input }) => input)).toEqual([
      ['a', 'b', 'c'],
      ['d', '123456789'],
      ['ef'],
      ['x'.repeat(50)],
    ]);
  });

  it('should wait as long as a 429 asks, and try again', async () => {
    const waits: number[] = [];
    const { asked, baseUrl } = await server((body, response, count) => {
      if (count !== 2) return answerWell(body, response);
      response.writeHead(429, { 'retry-after': '0' }).end('{"error":{"message":"slow down"}}');
    });
    const retry = { onRetry: ({ delayMs }: { delayMs: number }) => waits.push(delayMs) };
    const embedder = await OpenAIEmbedder.connect({ baseUrl, model: 'm', retry });
    expect(await Array.fromAsync(embedder.embed(['text']))).toHaveLength(1);
    expect(waits).toEqual([0]);
    expect(asked).toHaveLength(3);
  });

  it('should not try again what a retry cannot mend, and say what the server said', async () => {
    const { asked, baseUrl } = await server((_, response) =>
      response.writeHead(401).end('{"error":{"message":"no such key"}}'),
    );
    const connecting = OpenAIEmbedder.connect({ baseUrl, model: 'm' });
    await expect(connecting).rejects.toBeInstanceOf(EmbeddingModelError);
    await expect(connecting).rejects.toThrow(/'m': the server failed: 401 no such key/);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['too few vectors', { data: [] }, /gave 0 vectors for 1 texts/],
    ['no list', {}, /gave undefined vectors/],
    ['another length', { data: [{ index: 0, embedding: [1, 2, 3] }] }, /a vector of 3 numbers, not 2/],
    ['what is no number', { data: [{ index: 0, embedding: [1, null] }] }, /a vector of|not finite/],
    [
      'base64 of NaN',
      { data: [{ index: 0, embedding: Buffer.from(Float32Array.of(NaN, 1).buffer).toString('base64') }] },
      /not finite/,
    ],
  ])('should refuse %s', async (_, answer, message) => {
    const { baseUrl } = await server((body, response, count) =>
      count === 1 ? answerWell(body, response) : response.end(JSON.stringify(answer)),
    );
    const embedder = await OpenAIEmbedder.connect({ baseUrl, model: 'm' });
    await expect(Array.fromAsync(embedder.embed(['text']))).rejects.toThrow(message);
  });

  it('should close the connection when aborted, and throw the signal’s reason', async () => {
    const closed = Promise.withResolvers<void>();
    const { baseUrl } = await server((body, response, count) => {
      if (count === 1) return answerWell(body, response);
      response.on('close', () => closed.resolve());
    });
    const embedder = await OpenAIEmbedder.connect({ baseUrl, model: 'm' });
    const controller = new AbortController();
    const reading = expect(
      Array.fromAsync(embedder.embed(['text'], { signal: controller.signal })),
    ).rejects.toThrow('enough');
    setTimeout(() => controller.abort(new Error('enough')), 50);
    await reading;
    await closed.promise;
  });

  it('should refuse options out of their range', async () => {
    await expect(OpenAIEmbedder.connect({ baseUrl: 'nowhere', model: 'm' })).rejects.toThrow(
      /`baseUrl` must be a URL/,
    );
    await expect(OpenAIEmbedder.connect({ baseUrl: 'http://a', model: '' })).rejects.toThrow(
      /`model` must be the name/,
    );
    await expect(OpenAIEmbedder.connect({ baseUrl: 'http://a', model: 'm', concurrency: 0 })).rejects.toThrow(
      /`concurrency` must be an integer from 1 up, got 0/,
    );
  });
});
