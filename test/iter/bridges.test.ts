import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { fromNodeReadable, toNodeReadable } from '../../src/iter/node-streams.ts';
import { take } from '../../src/iter/take.ts';
import { toArray } from '../../src/iter/to-array.ts';
import { fromReadableStream, toReadableStream } from '../../src/iter/web-streams.ts';
import { settle, TrackedSource } from './tracked-source.ts';

describe('Web streams', () => {
  it('should pull the source only as the stream is read, and close it when the stream is cancelled', async () => {
    const source = new TrackedSource();
    const reader = toReadableStream(source).getReader();
    await settle();
    expect(source.pulls).toBe(0);
    expect(await reader.read()).toEqual({ done: false, value: 0 });
    await settle();
    expect(source.pulls).toBe(1);
    await reader.cancel();
    expect(source.closed).toBe(1);
  });

  it("should make the source's error the stream's, and the signal's reason too", async () => {
    const failing = toReadableStream(new TrackedSource({ failAt: 0 })).getReader();
    await expect(failing.read()).rejects.toThrow('the source failed');
    const controller = new AbortController();
    const source = new TrackedSource({ hangAt: 0 });
    const aborted = toReadableStream(source, { signal: controller.signal }).getReader();
    const read = aborted.read();
    await source.hanging;
    controller.abort('enough');
    await expect(read).rejects.toBe('enough');
    expect(source.closed).toBe(1);
  });

  it('should cancel the stream when the reader leaves, also while it waits', async () => {
    let cancelled = 0;
    const open = (start?: (controller: ReadableStreamDefaultController<number>) => void) =>
      new ReadableStream<number>({ ...(start && { start }), cancel: () => void (cancelled += 1) });
    for await (const item of fromReadableStream(open((controller) => controller.enqueue(1)))) {
      expect(item).toBe(1);
      break;
    }
    expect(cancelled).toBe(1);
    const waiting = fromReadableStream(open());
    const pull = waiting.next();
    await settle();
    await waiting.return();
    expect(await pull).toEqual({ done: true, value: undefined });
    await settle();
    expect(cancelled).toBe(2);
  });

  it('should carry backpressure through a pipe', async () => {
    const source = new TrackedSource();
    const written: number[] = [];
    const sink = new WritableStream<number>({
      async write(item) {
        written.push(item);
        if (written.length === 3) await new Promise<never>(() => undefined);
      },
    });
    void toReadableStream(source).pipeTo(sink);
    await settle(20);
    expect(written).toEqual([0, 1, 2]);
    expect(source.pulls).toBeLessThanOrEqual(5);
  });
});

describe('Node streams', () => {
  it('should carry objects and bytes both ways', async () => {
    expect(await toArray(fromNodeReadable(toNodeReadable([1, { two: 2 }, 'three'])))).toEqual([
      1,
      { two: 2 },
      'three',
    ]);
    const text = toNodeReadable(['ab', 'cd'], { objectMode: false }).setEncoding('utf8');
    expect((await toArray(fromNodeReadable<string>(text))).join('')).toBe('abcd');
  });

  it('should destroy the stream when the reader leaves, also while it waits', async () => {
    const endless = Readable.from(new TrackedSource());
    expect(await toArray(take(fromNodeReadable<number>(endless), 2))).toEqual([0, 1]);
    await settle();
    expect(endless.destroyed).toBe(true);
    const silent = new Readable({ read: () => undefined });
    const stream = fromNodeReadable(silent);
    const pull = stream.next();
    await settle();
    await stream.return();
    expect(await pull).toEqual({ done: true, value: undefined });
    expect(silent.destroyed).toBe(true);
  });

  it('should close the source when the stream is destroyed, and pull no further than it buffers', async () => {
    const source = new TrackedSource();
    const readable = toNodeReadable(source, { highWaterMark: 3 });
    readable.once('readable', () => undefined);
    await settle();
    expect(source.pulls).toBe(3);
    readable.destroy();
    await once(readable, 'close');
    expect(source.closed).toBe(1);
  });

  it("should make the source's error the stream's, and refuse `null`, which would end it unseen", async () => {
    const failing = toNodeReadable(new TrackedSource({ failAt: 1 }));
    await expect(toArray(fromNodeReadable(failing))).rejects.toThrow('the source failed');
    await expect(toArray(fromNodeReadable(toNodeReadable([1, null, 2])))).rejects.toThrow(
      /cannot carry `null`/,
    );
  });

  it('should close the source when a pipeline fails', async () => {
    const source = new TrackedSource();
    const sink = new Writable({
      objectMode: true,
      write: (_item, _encoding, done) => done(new Error('disk full')),
    });
    await expect(pipeline(toNodeReadable(source), sink)).rejects.toThrow('disk full');
    await settle();
    expect(source.closed).toBe(1);
  });
});
