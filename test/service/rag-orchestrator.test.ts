import { describe, expect, it } from 'vitest';
import { OverloadedError, RagOrchestrator } from '../../src/service/rag-orchestrator.ts';
import { untilRequests } from '../endpoint/shared.ts';
import { serviceFor } from './shared.ts';

const bridge = 'When was the old bridge built?';
const kettle = 'How long does the kettle take to boil water?';

describe('RagOrchestrator', () => {
  it('gives an outcome for every question, in their order, failures among them', async () => {
    const { service } = await serviceFor();
    const progress: object[] = [];
    const outcomes = await Array.fromAsync(
      new RagOrchestrator(service, { concurrency: 3 }).answerAll(
        [bridge, '', kettle, 'x'.repeat(5_000), bridge],
        {
          onProgress: (now) => progress.push(now),
        },
      ),
    );
    expect(outcomes.map(({ kind, index }) => [kind, index])).toEqual([
      ['answer', 0],
      ['error', 1],
      ['answer', 2],
      ['error', 3],
      ['answer', 4],
    ]);
    expect(outcomes[0]).toMatchObject({ question: bridge, citations: [{ documentId: 'bridge.md' }] });
    expect(outcomes[1]).toMatchObject({
      error: { message: '`question` must be 1 to 4000 characters long, got 0' },
    });
    expect(outcomes[2]).toMatchObject({ citations: [{ documentId: 'kettle.md' }] });
    expect(progress.at(-1)).toEqual({ done: 5, failed: 2 });
  });

  it('keeps the text that came before a failure, and goes on', async () => {
    const { service } = await serviceFor({ endpoint: { fault: 'cut after=4 first=1' } });
    const outcomes = await Array.fromAsync(
      new RagOrchestrator(service, { concurrency: 1 }).answerAll([bridge, bridge]),
    );
    expect(outcomes[0]).toMatchObject({
      kind: 'error',
      error: { kind: 'cut' },
      partialText: 'The old bridge',
    });
    expect(outcomes[1]).toMatchObject({ kind: 'answer' });
  });

  it('runs no more at once than it may, and reads no further ahead', async () => {
    const { service, endpoint } = await serviceFor({ endpoint: { firstTokenMs: 30 } });
    let pulled = 0;
    function* questions() {
      for (; pulled < 50; pulled++) yield bridge;
    }
    const orchestrator = new RagOrchestrator(service, { concurrency: 2 });
    let mostRunning = 0;
    for await (const outcome of orchestrator.answerAll(questions())) {
      const log = (await (await fetch(`${endpoint.url}/_requests`)).json()) as { running: number };
      mostRunning = Math.max(mostRunning, log.running);
      expect(pulled).toBeLessThanOrEqual(outcome.index + 3);
      if (outcome.index === 5) break;
    }
    expect(mostRunning).toBeLessThanOrEqual(2);
    await untilRequests(endpoint.url, ({ running }) => running === 0);
    expect(orchestrator.load).toMatchObject({ running: 0, waiting: 0 });
  });

  it('refuses a question when too many wait, saying when to come back', async () => {
    const { service } = await serviceFor({ endpoint: { firstTokenMs: 60_000 } });
    const orchestrator = new RagOrchestrator(service, { concurrency: 1, maxWaiting: 1 });
    const controller = new AbortController();
    const { signal } = controller;
    const ends = [1, 2].map(() => {
      const reading = Array.fromAsync(orchestrator.answer(bridge, 's', { signal }));
      return expect(reading).rejects.toBe('enough');
    });
    expect(() => orchestrator.answer(bridge, 's')).toThrow(OverloadedError);
    expect(orchestrator.load).toEqual({ running: 1, waiting: 1, shed: 1 });
    controller.abort('enough');
    await Promise.all(ends);
    expect(orchestrator.load).toMatchObject({ running: 0, waiting: 0 });
  });

  it('stops everything with the reason that it is given', async () => {
    const { service, endpoint } = await serviceFor({ endpoint: { firstTokenMs: 60_000 } });
    const controller = new AbortController();
    const orchestrator = new RagOrchestrator(service);
    const reading = Array.fromAsync(orchestrator.answerAll([bridge, kettle], { signal: controller.signal }));
    const stopped = expect(reading).rejects.toBe('enough');
    await untilRequests(endpoint.url, ({ running }) => running === 2);
    controller.abort('enough');
    await stopped;
    await untilRequests(endpoint.url, ({ running }) => running === 0);
    expect(orchestrator.load).toMatchObject({ running: 0, waiting: 0 });
  });

  it('refuses bad options', async () => {
    const { service } = await serviceFor({ given: [] });
    expect(() => new RagOrchestrator(service, { concurrency: 0 })).toThrow('`concurrency`');
    expect(() => new RagOrchestrator(service, { maxWaiting: -1 })).toThrow('`maxWaiting`');
    expect(() => new RagOrchestrator(service).answerAll(3 as never)).toThrow('`questions`');
  });
});
