import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/iter/clock.ts';
import type { Hit } from '../../src/retrieval/vector-store.ts';
import { KeywordIndex } from '../../src/retrieval/keyword-index.ts';
import { MemoryStore } from '../../src/retrieval/memory-store.ts';
import { StageTimeoutError, withinLimit } from '../../src/service/stage-timeout.ts';
import { realEmbedder, untilRequests } from '../endpoint/shared.ts';
import { serviceFor } from './shared.ts';

/** A store that never answers, and does not heed its signal. */
class DeafStore extends MemoryStore {
  override search(): Promise<Hit[]> {
    return new Promise(() => {});
  }
}

describe('the limits of an answer', () => {
  it('end a stage that takes too long, and say which', async () => {
    const store = new DeafStore(await realEmbedder());
    const { service } = await serviceFor({ store, limits: { searchMs: 20 } });
    const events = await Array.fromAsync(service.streamAnswer('Why?', 'test'));
    expect(events.at(-1)).toMatchObject({ type: 'error', stage: 'search', error: { limitMs: 20 } });
    expect((events.at(-1) as { error: Error }).error).toBeInstanceOf(StageTimeoutError);
  });

  it('let the words answer alone when the vectors do not, and say so', async () => {
    const store = new DeafStore(await realEmbedder());
    const keywords = new KeywordIndex();
    const { service } = await serviceFor({ store, keywords, limits: { searchMs: 50 } });
    const events = await Array.fromAsync(service.streamAnswer('When was the old bridge built?', 'test'));
    expect(events.find(({ type }) => type === 'degraded')).toMatchObject({
      source: 'vector',
      error: { limitMs: 50 },
    });
    expect(events.at(-1)).toMatchObject({ type: 'done' });
    const { sources } = events.find((event) => event.type === 'sources')!;
    expect(sources[0]!.chunk.documentId).toBe('bridge.md');
  });

  it('let the vectors answer alone when the words fail', async () => {
    class BrokenIndex extends KeywordIndex {
      override search(): Promise<never> {
        return Promise.reject(new Error('broken'));
      }
    }
    const { service } = await serviceFor({ keywords: new BrokenIndex() });
    const events = await Array.fromAsync(service.streamAnswer('When was the old bridge built?', 'test'));
    expect(events.find(({ type }) => type === 'degraded')).toMatchObject({ source: 'keyword' });
    expect(events.at(-1)).toMatchObject({ type: 'done' });
  });

  it("end an answer that takes too long as a whole, the model's server included", async () => {
    const clock = new VirtualClock();
    const { service, endpoint } = await serviceFor({
      clock,
      limits: { answerMs: 1_000 },
      endpoint: { fault: 'endless' },
    });
    const events = [];
    for await (const event of service.streamAnswer('When was the old bridge built?', 'test')) {
      events.push(event.type);
      if (event.type === 'token' && clock.now() === 0) await clock.advance(1_000);
    }
    expect(clock.pendingTimers).toBe(0);
    expect(events.at(-1)).toBe('error');
    expect(events).toContain('token');
    await untilRequests(endpoint.url, ({ running }) => running === 0);
  });

  it('are checked', async () => {
    await expect(serviceFor({ limits: { embedMs: 0 } })).rejects.toThrow('`embedMs`');
  });
});

describe('a follow-up', () => {
  it('is joined to the question before it in the same session, and only there', async () => {
    const { service } = await serviceFor();
    await Array.fromAsync(service.streamAnswer('When was the old bridge built?', 'a'));
    const [first] = await Array.fromAsync(service.streamAnswer('And how many lanes does it carry?', 'a'));
    expect(first).toEqual({
      type: 'question',
      text: 'When was the old bridge built? And how many lanes does it carry?',
    });
    const [other] = await Array.fromAsync(service.streamAnswer('And how many lanes does it carry?', 'b'));
    expect(other).toMatchObject({ type: 'stage' });
    const [alone] = await Array.fromAsync(service.streamAnswer('And in Java?', undefined));
    expect(alone).toMatchObject({ type: 'stage' });
  });
});

describe('withinLimit', () => {
  it('gives the result in time, leaving no timer and no listener', async () => {
    const clock = new VirtualClock();
    const { signal } = new AbortController();
    expect(await withinLimit('embed', 10, { signal, clock }, () => Promise.resolve('fine'))).toBe('fine');
    expect(clock.pendingTimers).toBe(0);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('tells the work to stop, and does not wait for it', async () => {
    const clock = new VirtualClock();
    const { signal } = new AbortController();
    let told: unknown;
    const work = (inner: AbortSignal) => {
      inner.addEventListener('abort', () => (told = inner.reason));
      return new Promise<never>(() => {});
    };
    const stopped = expect(withinLimit('embed', 10, { signal, clock }, work)).rejects.toThrow(
      "The stage 'embed' took longer than 10 ms",
    );
    await clock.advance(10);
    await stopped;
    expect(told).toBeInstanceOf(StageTimeoutError);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
