import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Progress } from '../../tools/start/progress.ts';

function recorded({ live }: { live: boolean }) {
  const texts: string[] = [];
  let nowMs = 0;
  const progress = new Progress({ write: (text) => texts.push(text), live, now: () => nowMs });
  return { progress, said: () => texts.join(''), texts, pass: (ms: number) => (nowMs += ms) };
}

describe('the steps of a start', () => {
  it('prints one line a step, with its time', async () => {
    const { progress, said, pass } = recorded({ live: false });
    await progress.step('Library', () => {
      pass(1234);
      return { said: 'built' };
    });
    expect(said()).toMatch(/^ {2}✓ Library +built +1\.2 s\n$/);
  });

  it('prints the mark of a step that fails, and passes the error on', async () => {
    const { progress, said } = recorded({ live: false });
    const error = new Error('no');
    await expect(progress.step('Python', () => Promise.reject(error))).rejects.toBe(error);
    expect(said()).toMatch(/^ {2}✗ Python/);
  });

  it('is silent in a log about what a step does, but for what is announced', async () => {
    const { progress, texts } = recorded({ live: false });
    await progress.step('Python', () => {
      progress.update({ detail: 'Collecting anyio' });
      progress.update({ detail: 'making .venv', announce: true });
      return { said: 'made' };
    });
    expect(texts.map((text) => text.trim().replace(/ +/g, ' '))).toEqual([
      '· Python making .venv',
      '✓ Python made 0.0 s',
    ]);
  });

  it('draws a bar that it rewrites in a terminal, and stops when the step is over', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { progress, texts } = recorded({ live: true });
    const { promise, resolve } = Promise.withResolvers<{ said: string }>();
    const step = progress.step('Python', () => promise);
    progress.update({ detail: 'Collecting anyio', fraction: 0.5 });
    vi.advanceTimersByTime(121);
    expect(texts.at(-2)).toBe('\r\u001b[2K');
    expect(texts.at(-1)).toContain('[##########..........] 0 s  Collecting anyio');
    resolve({ said: 'made' });
    await step;
    expect(vi.getTimerCount()).toBe(0);
  });
});
