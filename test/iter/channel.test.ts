import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Channel, ChannelClosedError } from '../../src/iter/channel.ts';
import { share } from '../../src/iter/share.ts';
import { toArray } from '../../src/iter/to-array.ts';
import { settle, TrackedSource } from './tracked-source.ts';

describe('Channel', () => {
  it('should make a sender wait while the buffer is full', async () => {
    const channel = new Channel<number>({ capacity: 2 });
    const sent: number[] = [];
    const sending = (async () => {
      for (let item = 0; item < 5; item += 1) {
        await channel.send(item);
        sent.push(item);
      }
      channel.close();
    })();
    await settle();
    expect(sent).toEqual([0, 1]);
    expect(channel.size).toBe(2);
    expect(channel.trySend(9)).toBe(false);
    expect(await toArray(channel)).toEqual([0, 1, 2, 3, 4]);
    await sending;
  });

  it('should give what was sent before it was closed, then end', async () => {
    const channel = new Channel<number>();
    await channel.send(1);
    channel.close();
    await expect(channel.send(2)).rejects.toBeInstanceOf(ChannelClosedError);
    expect(await toArray(channel)).toEqual([1]);
  });

  it('should give what was sent before it failed, then the error, to reader and senders', async () => {
    const channel = new Channel<number>({ capacity: 1 });
    const error = new Error('broken');
    await channel.send(1);
    const waiting = channel.send(2);
    const seen: number[] = [];
    channel.fail(error);
    await expect(waiting).rejects.toBe(error);
    await expect(
      (async () => {
        for await (const item of channel) seen.push(item);
      })(),
    ).rejects.toBe(error);
    expect(seen).toEqual([1]);
  });

  it('should refuse senders once the reader has left, waiting ones too', async () => {
    const channel = new Channel<number>({ capacity: 1 });
    await channel.send(1);
    const refusals = [channel.send(2), channel.send(3)].map((sent) => sent.catch((error: unknown) => error));
    for await (const item of channel) {
      expect(item).toBe(1);
      break;
    }
    // The place that the first item left was given to the second before the reader left.
    expect(await refusals[0]).toBeUndefined();
    expect(await refusals[1]).toBeInstanceOf(ChannelClosedError);
    expect(channel.closed).toBe(true);
    expect(channel.size).toBe(0);
  });

  it('should wake a reader that waits', async () => {
    const channel = new Channel<string>();
    const reading = toArray(channel);
    await settle();
    channel.trySend('late');
    channel.close();
    expect(await reading).toEqual(['late']);
  });

  it('should end for both sides with the reason of its signal and forget it', async () => {
    const controller = new AbortController();
    const channel = new Channel<number>({ capacity: 1, signal: controller.signal });
    await channel.send(1);
    const sending = channel.send(2).catch((error: unknown) => error);
    controller.abort('enough');
    expect(await sending).toBe('enough');
    await expect(channel[Symbol.asyncIterator]().next()).rejects.toBe('enough');
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('should close when its stream is closed unread', async () => {
    const channel = new Channel<number>();
    await channel[Symbol.asyncIterator]().return();
    expect(channel.closed).toBe(true);
  });
});

describe('share', () => {
  it('should give all items to every reader and pull the source once', async () => {
    const source = new TrackedSource({ count: 5 });
    const shared = share(source);
    const [left, right] = [shared.subscribe(), shared.subscribe()];
    expect(await Promise.all([toArray(left), toArray(right)])).toEqual([
      [0, 1, 2, 3, 4],
      [0, 1, 2, 3, 4],
    ]);
    expect(source).toMatchObject({ opened: 1, pulls: 6, closed: 0, overlapped: false });
  });

  it('should hold the fast reader back at the lag, until the slow one reads on or leaves', async () => {
    const source = new TrackedSource();
    const shared = share(source, { maxLag: 2 });
    const slow = shared.subscribe();
    const seen: number[] = [];
    const fast = (async () => {
      for await (const item of shared) {
        seen.push(item);
        if (item === 5) break;
      }
    })();
    await settle();
    expect(seen).toEqual([0, 1]);
    await slow.next();
    await settle();
    expect(seen).toEqual([0, 1, 2]);
    await slow.return();
    await fast;
    expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
    expect(source.closed).toBe(1);
    expect(shared.readers).toBe(0);
  });

  it('should give a late reader the items from then on', async () => {
    const shared = share(new TrackedSource({ count: 4 }));
    const early = shared.subscribe();
    await early.next();
    const late = shared.subscribe();
    expect(await Promise.all([toArray(early), toArray(late)])).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it('should give the error of the source to every reader, after the items before it', async () => {
    const shared = share(new TrackedSource({ failAt: 1 }));
    const readers = [shared.subscribe(), shared.subscribe()];
    for (const reader of readers) expect((await reader.next()).value).toBe(0);
    for (const reader of readers) await expect(reader.next()).rejects.toThrow('the source failed');
  });
});
