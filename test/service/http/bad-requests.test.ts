import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { ask, eventsOf, serverFor } from './shared.ts';

/** Numbers that are the same in each run (Lehmer's generator). */
function* seeded(seed: number): Generator<number, never, undefined> {
  for (let state = seed; ;) yield (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

const good = JSON.stringify({ question: 'When was the old bridge built?', sessionId: 's', topK: 3 });
const chat = JSON.stringify({
  model: 'streaming-rag',
  messages: [{ role: 'user', content: 'Why?' }],
  stream: true,
});
const values = [
  'null',
  '[]',
  '{}',
  '-1',
  '1e999',
  '""',
  'true',
  '"\\ud800"',
  '[[[[[[]]]]]]',
  '{"__proto__":1}',
];

/** One request that is wrong in one way: its path, its bytes, its headers. */
function badRequest(next: () => number): { path: string; body: Buffer; headers: string[] } {
  const pick = <Item>(list: readonly Item[]) => list[Math.floor(next() * list.length)]!;
  const path = pick(['/v1/answers', '/v1/chat/completions']);
  const base = path === '/v1/answers' ? good : chat;
  const required = path === '/v1/answers' ? ['question'] : ['model', 'messages'];
  const kind = Math.floor(next() * 6);
  if (kind === 0)
    return { path, body: Buffer.from(base.slice(0, Math.floor(next() * base.length))), headers: [] };
  if (kind === 1) {
    const fields = JSON.parse(base) as Record<string, unknown>;
    const text = JSON.stringify({ ...fields, [pick(required)]: '\u0000' }).replace(
      '"\\u0000"',
      pick(values.filter((value) => value !== '"\\ud800"')),
    );
    return { path, body: Buffer.from(text), headers: [] };
  }
  if (kind === 2) {
    const bytes = Buffer.from(base);
    bytes[Math.floor(next() * bytes.length)] = 0x80 + Math.floor(next() * 0x7f);
    return { path, body: bytes, headers: [] };
  }
  if (kind === 3)
    return { path, body: Buffer.from(JSON.stringify({ question: 'x'.repeat(70_000) })), headers: [] };
  if (kind === 4)
    return {
      path: pick(['/v1/answer', '/v1/../etc', '/%00', '/v1/answers/none', '//']),
      body: Buffer.from(base),
      headers: [],
    };
  return {
    path,
    body: Buffer.from(base),
    headers: [pick(['Content-Length: x', 'Transfer-Encoding: what', 'Bad Header: y', 'Content-Length: -5'])],
  };
}

async function statusOf(
  port: number,
  { path, body, headers }: ReturnType<typeof badRequest>,
): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const length = headers.length > 0 ? [] : [`Content-Length: ${body.length}`];
  socket.write(
    [`POST ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...length, ...headers, '', ''].join(
      '\r\n',
    ),
  );
  socket.write(body);
  let answer = '';
  socket.on('data', (data) => (answer += data.toString('latin1')));
  await once(socket, 'close');
  return answer;
}

it('should answer a thousand bad requests with a 4xx each, and serve well after them', async () => {
  const { url, server } = await serverFor();
  const random = seeded(20_26);
  const next = () => random.next().value;
  const wrong: string[] = [];
  for (let round = 0; round < 1_000; round++) {
    const request = badRequest(next);
    const answer = await statusOf(server.port, request);
    const status = /^HTTP\/1\.1 (\d{3})/u.exec(answer)?.[1] ?? 'none';
    // What the HTTP parser itself refuses has no body; all else is in the shape of OpenAI.
    const isShaped = request.headers.length > 0 || answer.includes('{"error":{"message":"');
    if (!status.startsWith('4') || !isShaped)
      wrong.push(`${round} ${status} ${request.path} ${request.body.toString().slice(0, 80)}`);
    if (round % 100 === 0) expect((await fetch(`${url}/healthz`)).status).toBe(200);
  }
  expect(wrong).toEqual([]);
  expect((await eventsOf(await ask(url, good))).at(-1)!.name).toBe('done');
}, 60_000);
