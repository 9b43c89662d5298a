import { getEventListeners } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { HttpReranker, type HttpRerankerOptions } from '../../src/retrieval/http-reranker.ts';
import { rerank } from '../../src/retrieval/reranker.ts';
import { chunkOf } from './chunks.ts';

interface Asked {
  readonly model: string;
  readonly query: string;
  readonly documents: readonly string[];
  readonly top_n: number;
}

/** A real server; `answer` writes what it likes. */
async function served(
  answer: (asked: Asked, response: ServerResponse, request: IncomingMessage, count: number) => void,
) {
  const requests: Asked[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      requests.push(JSON.parse(body) as Asked);
      answer(requests.at(-1)!, response, request, requests.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/rerank`;
  return { requests, url };
}

/** Longest text first, as the results of a real server come: best first, not in the order asked. */
function byLength({ documents }: Asked, response: ServerResponse): void {
  const results = documents
    .map((text, index) => ({ index, relevance_score: text.length / 10 }))
    .sort((a, b) => b.relevance_score - a.relevance_score);
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ id: '1', results }));
}

const rerankerAt = (url: string, options: Partial<HttpRerankerOptions> = {}) =>
  new HttpReranker({ url, model: 'test-reranker', ...options });

it('should give scores in the order of the texts, whatever order the server answers in', async () => {
  const { url, requests } = await served((asked, response, request) => {
    expect(request.headers.authorization).toBe('Bearer secret');
    byLength(asked, response);
  });
  const scores = await rerankerAt(url, { apiKey: 'secret' }).score('问题?', ['a', 'abc', 'ab']);
  expect(scores).toEqual([0.1, 0.3, 0.2]);
  expect(requests).toEqual([
    { model: 'test-reranker', query: '问题?', documents: ['a', 'abc', 'ab'], top_n: 3 },
  ]);
});

it('should ask in batches, and put them together in order', async () => {
  const { url, requests } = await served(byLength);
  const texts = ['a', 'ab', 'abc', 'abcd', 'abcde'];
  expect(await rerankerAt(url, { batchSize: 2 }).score('q', texts)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
  expect(requests.map(({ documents }) => documents.length).toSorted((a, b) => a - b)).toEqual([1, 2, 2]);
  expect(await rerankerAt(url).score('q', [])).toEqual([]);
  expect(requests).toHaveLength(3);
});

it('should order hits by it, keep ties in their order, and say where each stood', async () => {
  const { url } = await served(byLength);
  const hits = ['aa', 'b', 'cc', 'dddd'].map((text, at) => ({ chunk: chunkOf(text), score: 1 - at / 10 }));
  const again = await rerank(rerankerAt(url), 'q', hits, { topN: 3 });
  expect(again.map(({ chunk }) => chunk.text)).toEqual(['dddd', 'aa', 'cc']);
  expect(again[0]).toMatchObject({ score: 0.4, formerRank: 4, formerScore: 0.7 });
});

it('should try again when the server is busy, as late as it asks', async () => {
  const { url, requests } = await served((asked, response, _, count) => {
    if (count === 1) response.writeHead(429, { 'retry-after': '0' }).end('slow down');
    else byLength(asked, response);
  });
  expect(await rerankerAt(url).score('q', ['a'])).toEqual([0.1]);
  expect(requests).toHaveLength(2);
});

it.each([
  { what: 'a refusal', status: 401, body: 'no', says: /answered 401/, tries: 1 },
  { what: 'no JSON', status: 200, body: '<html>', says: /did not answer in JSON/, tries: 1 },
  { what: 'no results', status: 200, body: '{}', says: /no list of `results`/, tries: 1 },
  {
    what: 'too few scores',
    status: 200,
    body: '{"results":[{"index":0,"relevance_score":1}]}',
    says: /scored 1 of 2 texts/,
    tries: 1,
  },
  {
    what: 'a text that was not sent',
    status: 200,
    body: '{"results":[{"index":2,"relevance_score":1}]}',
    says: /scored text 2 of 2/,
    tries: 1,
  },
  {
    what: 'a score that is none',
    status: 200,
    body: '{"results":[{"index":0,"relevance_score":null}]}',
    says: /the score null/,
    tries: 1,
  },
  { what: 'a fault that stays', status: 503, body: '', says: /answered 503/, tries: 2 },
])('should say so on $what, and not repeat what cannot help', async ({ status, body, says, tries }) => {
  const { url, requests } = await served((_, response) =>
    response.writeHead(status, { 'retry-after': '0' }).end(body),
  );
  const asked = rerankerAt(url, { maxRetries: 1 }).score('a private question', ['one', 'two']);
  await expect(asked).rejects.toMatchObject({ name: 'RerankError', url });
  await expect(asked).rejects.toThrow(says);
  await expect(asked).rejects.not.toThrow(/private/);
  expect(requests).toHaveLength(tries);
});

it('should say that nobody listens', async () => {
  await expect(rerankerAt('http://127.0.0.1:9', { maxRetries: 0 }).score('q', ['a'])).rejects.toThrow(
    /cannot be reached/,
  );
});

it('should give up a server that says nothing', async () => {
  const { url } = await served(() => {});
  await expect(rerankerAt(url, { timeoutMs: 50, maxRetries: 0 }).score('q', ['a'])).rejects.toThrow(
    /took longer than 50 ms/,
  );
});

it('should hang up when told to stop, and leave no listener', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const closed = Promise.withResolvers<void>();
  const { url } = await served((_, response) => {
    response.once('close', () => closed.resolve());
    controller.abort(reason);
  });
  await expect(rerankerAt(url).score('q', ['a'], { signal: controller.signal })).rejects.toBe(reason);
  await closed.promise;
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

it.each([
  { what: 'no address', options: { url: 'rerank' }, says: /`url`.*got 'rerank'/ },
  { what: 'another protocol', options: { url: 'file:///etc/passwd' }, says: /`url`/ },
  { what: 'no model', options: { model: '' }, says: /`model`/ },
  { what: 'a batch of 0', options: { batchSize: 0 }, says: /`batchSize`.*got 0/ },
])('should refuse $what', ({ options, says }) => {
  expect(() => rerankerAt('http://127.0.0.1', options)).toThrow(says);
});
