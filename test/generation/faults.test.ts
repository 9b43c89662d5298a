import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { LanguageModelError } from '../../src/generation/language-model-error.ts';
import { collect } from '../../src/generation/language-model.ts';
import { OpenAIModel } from '../../src/generation/openai-model.ts';
import { endpointFor, promptWith, untilRequests } from '../endpoint/shared.ts';

const bridge = 'The old bridge was built in 1874. It carries two lanes of traffic over the river.';
const messages = [{ role: 'user', content: promptWith('When was the old bridge built?', bridge) }] as const;
const answer = 'The old bridge was built in 1874. [1]';

for (const api of ['chat', 'responses'] as const) {
  /** Four events of the Responses interface come before its first text, one of Chat Completions. */
  const before = api === 'chat' ? 1 : 4;
  describe(`a model over ${api}`, () => {
    const ask = async (fault: string, more: object = {}) => {
      const endpoint = await endpointFor();
      const model = new OpenAIModel({
        baseUrl: endpoint.url,
        model: endpoint.model,
        api,
        headers: { 'x-fault': fault },
        retry: { baseDelayMs: 0 },
        firstEventTimeoutMs: 5_000,
        idleTimeoutMs: 100,
        ...more,
      });
      const outcome = await collect(model.stream(messages)).then(
        ({ text, usage, finishReason }) => ({ text, usage: usage?.completionTokens, finishReason }),
        (error: unknown) => {
          expect(error).toBeInstanceOf(LanguageModelError);
          return error as LanguageModelError;
        },
      );
      await untilRequests(endpoint.url, ({ running }) => running === 0);
      return outcome;
    };

    const survived = ['', 'crlf', 'cr', 'bom', 'comments', 'huge', 'no-done', 'drip ms=0'];
    for (const fault of survived) {
      it(`reads the whole answer with ${fault || 'no fault'}`, async () => {
        expect(await ask(fault, { idleTimeoutMs: 5_000 })).toEqual({
          text: answer,
          usage: 11,
          finishReason: 'stop',
        });
      });
    }

    for (const fault of [
      'rate-limited',
      'internal-error',
      'unavailable',
      'stall-headers',
      'cut after=0',
      'malformed after=0',
      'error-event after=0',
      'refused',
    ]) {
      it(`recovers when ${fault} befalls the first request only`, async () => {
        const retry = {
          baseDelayMs: 1,
          ...(fault === 'refused' && { maxRetries: 50, budgetMs: 5_000, maxDelayMs: 20 }),
        };
        const more = { retry, ...(fault === 'stall-headers' && { firstEventTimeoutMs: 200 }) };
        const named = `${fault}${fault === 'refused' ? ' ms=50' : ''} first=1`;
        expect(await ask(named, more)).toMatchObject({ text: answer, finishReason: 'stop' });
      });
    }

    for (const [fault, kind] of [
      ['cut', 'cut'],
      ['cut-character', 'cut'],
      ['malformed', 'malformed'],
      ['error-event', 'unavailable'],
      ['stall-tokens', 'stalled'],
    ] as const) {
      it(`keeps the text that came before ${fault}, and says what happened`, async () => {
        const outcome = await ask(`${fault} after=${before + 3}`);
        expect(outcome).toMatchObject({ kind, midAnswer: true, partialText: 'The old bridge' });
      });
    }

    it('gives up when the fault stays', async () => {
      expect(await ask('unauthorized')).toMatchObject({ kind: 'unauthorized', status: 401 });
      expect(await ask('rate-limited retry-after=60')).toMatchObject({
        kind: 'rate-limited',
        retryAfterMs: 60_000,
      });
      expect(await ask('unavailable')).toMatchObject({ kind: 'unavailable', status: 503 });
    });

    it('reads an endless answer as far as its reader likes, in memory that does not grow', async () => {
      const endpoint = await endpointFor({ fault: 'endless' });
      const model = new OpenAIModel({ baseUrl: endpoint.url, model: endpoint.model, api });
      let count = 0;
      for await (const event of model.stream(messages)) {
        if (event.type === 'text') count++;
        if (count === 5_000) break;
      }
      await untilRequests(endpoint.url, ({ cancelled }) => cancelled === 1);
    });

    const moments: [string, string, (tokens: number) => boolean][] = [
      ['before the headers', 'stall-headers', (tokens) => tokens === 0],
      ['between two tokens', `stall-tokens after=${before + 3}`, (tokens) => tokens === 4],
      ['within an event', 'drip ms=20', () => true],
    ];
    for (const [moment, fault, reached] of moments) {
      it(`closes the connection on abort ${moment}, leaving no listener`, async () => {
        const endpoint = await endpointFor({ fault });
        const model = new OpenAIModel({ baseUrl: endpoint.url, model: endpoint.model, api });
        const controller = new AbortController();
        const reading = collect(model.stream(messages, { signal: controller.signal }));
        const stopped = expect(reading).rejects.toBe('enough');
        await untilRequests(
          endpoint.url,
          ({ running, requests }) => running === 1 && reached(requests[0]!.tokens),
        );
        controller.abort('enough');
        await stopped;
        await untilRequests(endpoint.url, ({ cancelled, running }) => cancelled === 1 && running === 0);
        expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
      });
    }
  });
}

it('should drop an event that comes twice where events are numbered', async () => {
  const { url, model: name } = await endpointFor({ fault: 'duplicate after=6' });
  const model = (api: 'chat' | 'responses') => new OpenAIModel({ baseUrl: url, model: name, api });
  expect((await collect(model('responses').stream(messages))).text).toBe(answer);
  // Chat Completions has no numbers: the copy cannot be told from a repeated word.
  expect((await collect(model('chat').stream(messages))).text).toBe(answer.replace('in', 'in in'));
});
