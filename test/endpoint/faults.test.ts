import { describe, expect, it } from 'vitest';
import { FaultError, FaultSwitchboard, faultNames, parseFaults } from '../../src/endpoint/faults.ts';
import { chatBody, endpointFor, post, promptWith, untilRequests } from './shared.ts';

const bridge = 'The old bridge was built in 1874. 旧桥很长很长，有两条车道。';
const prompt = promptWith('When was the old bridge built?', bridge);

/** The raw bytes of a streamed answer, and how it ended. */
async function raw(url: string, fault: string) {
  const response = await fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { 'x-fault': fault },
    body: JSON.stringify(chatBody(prompt, { stream: true })),
  });
  const parts: Uint8Array[] = [];
  let ended = 'whole';
  try {
    for await (const part of response.body!) parts.push(part);
  } catch {
    ended = 'broken';
  }
  const bytes = Buffer.concat(parts);
  return { status: response.status, headers: response.headers, bytes, text: bytes.toString(), ended };
}

describe('FaultSwitchboard', () => {
  it('fails the first requests, then lets all pass', () => {
    const board = new FaultSwitchboard();
    const met = Array.from({ length: 4 }, () => board.next('unavailable first=2').length);
    expect(met).toEqual([1, 1, 0, 0]);
    board.reset();
    expect(board.next('unavailable first=2')).toHaveLength(1);
  });

  it('fails about one in so many, the same ones each time', () => {
    const draw = () => {
      const board = new FaultSwitchboard();
      return Array.from({ length: 1000 }, () => board.next('cut every=10 seed=7').length);
    };
    const met = draw().reduce((sum, count) => sum + count, 0);
    expect(met).toBeGreaterThan(70);
    expect(met).toBeLessThan(130);
    expect(draw()).toEqual(draw());
  });

  it('reads several faults, each with its own schedule', () => {
    const board = new FaultSwitchboard();
    const names = () => board.next('crlf, cut after=5 first=1').map(({ name, after }) => [name, after]);
    expect(names()).toEqual([
      ['crlf', 3],
      ['cut', 5],
    ]);
    expect(names()).toEqual([['crlf', 3]]);
    expect(board.next('')).toEqual([]);
  });

  for (const text of [
    'nonsense',
    'cut after=x',
    'cut after',
    'cut every=0',
    'cut colour=1',
    'constructor',
    'rate-limited retry-after=',
  ]) {
    it(`refuses «${text}»`, () => {
      expect(() => parseFaults(text)).toThrow(FaultError);
    });
  }
});

describe('a fault of the endpoint', () => {
  it('is a status in the shape of OpenAI', async () => {
    const { url } = await endpointFor();
    for (const [fault, status] of [
      ['unauthorized', 401],
      ['rate-limited', 429],
      ['internal-error', 500],
      ['unavailable', 503],
    ] as const) {
      const { status: came, json } = await post(`${url}/chat/completions?fault=${fault}`, chatBody(prompt));
      expect({ fault, came }).toEqual({ fault, came: status });
      expect((json.error as { message: string }).message).toContain('on purpose');
    }
    const limited = await raw(url, 'rate-limited retry-after=7');
    expect(limited.headers.get('retry-after')).toBe('7');
    expect((await raw(url, 'unavailable')).headers.get('retry-after')).toBeNull();
  });

  it('is in the bytes of the stream', async () => {
    const { url } = await endpointFor();
    const well = await raw(url, '');
    const events = well.text.split('\n\n').length;
    expect((await raw(url, 'crlf')).text.replaceAll('\r\n', '\n').split('\n\n')).toHaveLength(events);
    expect((await raw(url, 'crlf')).text).not.toMatch(/[^\r]\n/u);
    expect((await raw(url, 'cr')).text).not.toContain('\n');
    expect((await raw(url, 'bom')).bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    expect((await raw(url, 'comments')).text.match(/^: keep-alive$/gmu)).toHaveLength(events - 2);
    expect((await raw(url, 'no-done')).text).not.toContain('[DONE]');
    expect((await raw(url, 'no-done')).text).toContain('"finish_reason":"stop"');
    expect((await raw(url, 'duplicate')).text.split('\n\n')).toHaveLength(events + 1);
    expect((await raw(url, 'huge')).bytes.length).toBeGreaterThan(5 * 1024 * 1024);
    const drip = await raw(url, 'drip ms=0');
    expect(drip.text.length).toBe(well.text.length);
    const error = await raw(url, 'error-event after=2');
    expect(error.text.split('\n\n').map((event) => event.slice(0, 14))).toEqual([
      'data: {"id":"c',
      'data: {"id":"c',
      'data: {"error"',
      '',
    ]);
    const broken = (await raw(url, 'malformed after=1')).text.split('\n\n')[1]!;
    expect(() => JSON.parse(broken.slice(6)) as unknown).toThrow(SyntaxError);
  });

  it('cuts the connection between events, and within a character', async () => {
    const { url } = await endpointFor();
    const cut = await raw(url, 'cut after=2');
    expect(cut).toMatchObject({ status: 200, ended: 'broken' });
    expect(cut.text.match(/^data: \{"id"/gmu)).toHaveLength(2);
    const character = await raw(url, 'cut-character after=2');
    expect(character.ended).toBe('broken');
    expect(character.bytes.subarray(-2)).toEqual(Buffer.from([0xe6, 0x96]));
    const log = (await (await fetch(`${url}/_requests`)).json()) as { failed: number };
    expect(log.failed).toBe(2);
  });

  it('stalls until the client has gone, and never ends an endless answer', async () => {
    const { url } = await endpointFor();
    for (const fault of ['stall-headers', 'stall-tokens', 'endless']) {
      const controller = new AbortController();
      const reading = fetch(`${url}/chat/completions`, {
        method: 'POST',
        headers: { 'x-fault': fault },
        body: JSON.stringify(chatBody(prompt, { stream: true })),
        signal: controller.signal,
      }).then((response) => response.text());
      const left = expect(reading).rejects.toThrow('aborted');
      await untilRequests(
        url,
        ({ running, requests }) => running === 1 && (fault !== 'endless' || requests.at(-1)!.tokens > 500),
      );
      controller.abort();
      await left;
      await untilRequests(url, ({ running }) => running === 0);
    }
  });

  it('refuses connections for a while, then takes them again', async () => {
    const { url } = await endpointFor();
    await expect(raw(url, 'refused ms=150')).rejects.toThrow('fetch failed');
    const causes = new Set<unknown>();
    for (;;) {
      try {
        await fetch(`${url}/models`);
        break;
      } catch (error) {
        causes.add(((error as Error).cause as { code?: string }).code);
      }
    }
    expect(causes).toContain('ECONNREFUSED');
    expect((await raw(url, '')).ended).toBe('whole');
  });

  it('is switched on for all requests by the control route, and off', async () => {
    const { url } = await endpointFor({ fault: 'unavailable' });
    expect((await raw(url, '')).status).toBe(200);
    expect((await post(`${url}/chat/completions`, chatBody(prompt))).status).toBe(503);
    const set = (fault: unknown) =>
      fetch(`${url}/_faults`, { method: 'PUT', body: JSON.stringify({ fault }) });
    expect((await set('unauthorized')).status).toBe(200);
    expect((await post(`${url}/chat/completions`, chatBody(prompt))).status).toBe(401);
    expect((await set('')).status).toBe(200);
    expect((await post(`${url}/chat/completions`, chatBody(prompt))).status).toBe(200);
    expect((await set('nonsense')).status).toBe(400);
    expect((await set(3)).status).toBe(400);
    const { faults } = (await (await fetch(`${url}/_faults`)).json()) as { faults: object };
    expect(faults).toEqual(faultNames);
  });

  it('is refused when it is not known', async () => {
    const { url } = await endpointFor();
    const { status, json } = await post(`${url}/chat/completions?fault=nonsense`, chatBody(prompt));
    expect(status).toBe(400);
    expect((json.error as { param: string }).param).toBe('fault');
    await expect(endpointFor({ fault: 'nonsense' })).rejects.toThrow(FaultError);
  });
});
