import { describe, expect, it } from 'vitest';
import { LanguageModelError } from '../../src/generation/language-model-error.ts';
import { ModelMismatchError } from '../../src/retrieval/vector-store.ts';
import { MemoryStore } from '../../src/retrieval/memory-store.ts';
import type { AnswerEvent } from '../../src/service/answer-events.ts';
import { StreamRAGService } from '../../src/service/stream-rag-service.ts';
import { deadUrl, modelAt } from '../generation/raw-server.ts';
import { realEmbedder, untilRequests } from '../endpoint/shared.ts';
import { documents, serviceFor } from './shared.ts';

const textOf = (events: readonly AnswerEvent[]) =>
  events.map((event) => (event.type === 'token' ? event.text : '')).join('');

describe('StreamRAGService', () => {
  it('answers in typed events: stages in their order, sources, tokens, a citation that is a slice of its document', async () => {
    const { service } = await serviceFor();
    const events = await Array.fromAsync(service.streamAnswer('When was the old bridge built?', 'test'));
    const order = events.flatMap((event) => {
      if (event.type === 'stage') return [`${event.stage} ${event.state}`];
      return event.type === 'token' ? [] : [event.type];
    });
    expect(order).toEqual([
      'embed started',
      'embed finished',
      'search started',
      'search finished',
      'prompt started',
      'prompt finished',
      'sources',
      'generate started',
      'citation',
      'usage',
      'generate finished',
      'done',
    ]);
    const citation = events.find((event) => event.type === 'citation')!;
    const document = documents.find(({ id }) => id === citation.documentId)!;
    expect(document.text.slice(citation.start, citation.end)).toBe('The old bridge was built in 1874.');
    expect(citation.text).toBe('The old bridge was built in 1874.');
    expect(citation.exact).toBe(true);
    expect(textOf(events)).toMatch(/^The old bridge was built in 1874\. \[\d\]$/);
    expect(events.at(-1)).toMatchObject({ type: 'done', text: textOf(events), finishReason: 'stop' });
    const sources = events.find((event) => event.type === 'sources')!.sources;
    expect(sources[0]).toMatchObject({
      number: 1,
      chunk: { documentId: 'bridge.md', metadata: { title: 'Bridge' } },
    });
  });

  it('says that the sources do not answer when nothing has been ingested', async () => {
    const { service } = await serviceFor({ given: [] });
    const events = await Array.fromAsync(service.streamAnswer('Why?', 'test'));
    expect(textOf(events)).toBe('The sources do not answer this.');
  });

  it('answers only from what the filter lets through', async () => {
    const { service } = await serviceFor();
    const filter = { field: 'documentId', equals: 'kettle.md' } as const;
    const events = await Array.fromAsync(
      service.streamAnswer('When was the old bridge built?', 'test', { filter }),
    );
    const { sources } = events.find((event) => event.type === 'sources')!;
    expect(sources.map(({ chunk }) => chunk.documentId)).toEqual(['kettle.md']);
  });

  it('ends with an error event when the model cannot be reached, naming the stage', async () => {
    const { service } = await serviceFor({ model: modelAt(deadUrl) });
    const events = await Array.fromAsync(service.streamAnswer('Why?', 'test'));
    const last = events.at(-1)!;
    expect(last).toMatchObject({ type: 'error', stage: 'generate', error: { kind: 'unreachable' } });
    expect((last as { error: Error }).error).toBeInstanceOf(LanguageModelError);
    expect(events.filter(({ type }) => type === 'done')).toEqual([]);
  });

  it("stops the model's server when the reader leaves", async () => {
    const { service, endpoint } = await serviceFor({ endpoint: { tokensPerSecond: 3 } });
    for await (const event of service.streamAnswer('When was the old bridge built?', 'test')) {
      if (event.type === 'token') break;
    }
    await untilRequests(endpoint.url, ({ cancelled, running }) => cancelled === 1 && running === 0);
  });

  it("stops the model's server and throws the reason when it is aborted, also before the first token", async () => {
    const { service, endpoint } = await serviceFor({ endpoint: { firstTokenMs: 60_000 } });
    const controller = new AbortController();
    const answering = Array.fromAsync(
      service.streamAnswer('Old bridge?', 'test', { signal: controller.signal }),
    );
    const stopped = expect(answering).rejects.toBe('enough');
    await untilRequests(endpoint.url, ({ running }) => running === 1);
    controller.abort('enough');
    await stopped;
    await untilRequests(endpoint.url, ({ cancelled, running }) => cancelled === 1 && running === 0);
  });

  for (const [name, question, message] of [
    ['an empty question', '', '`question` must be 1 to 4000 characters long, got 0'],
    ['100,000 characters', 'x'.repeat(100_000), '`question` must be 1 to 4000 characters long, got 100000'],
    ['white space', ' \n ', '`question` must not be blank, got 3 characters of white space'],
    ['what is no text', 42, '`question` must be a text of 1 to 4000 characters, got 42'],
  ] as const) {
    it(`refuses ${name} when it is called`, async () => {
      const { service } = await serviceFor({ given: [] });
      expect(() => service.streamAnswer(question as string, 'test')).toThrow(new RangeError(message));
    });
  }

  it('refuses a missing session, a bad topK and a bad filter when it is called', async () => {
    const { service } = await serviceFor({ given: [] });
    expect(() => service.streamAnswer('Why?', '')).toThrow('`sessionId`');
    expect(() => service.streamAnswer('Why?', 's', { topK: 0 })).toThrow('`topK`');
    expect(() => service.streamAnswer('Why?', 's', { filter: {} as never })).toThrow('`filter`');
  });

  it('refuses a store of another model', async () => {
    const embedder = await realEmbedder();
    const store = new MemoryStore({ model: 'another', dimensions: embedder.dimensions });
    const model = modelAt('http://127.0.0.1:1/v1');
    await expect(async () => StreamRAGService.create({ embedder, store, model })).rejects.toThrow(
      ModelMismatchError,
    );
  });
});
