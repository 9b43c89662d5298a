import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { describe, expect, it, onTestFinished } from 'vitest';
import { VirtualClock } from '../../src/iter/clock.ts';
import { rateLimited, retryWithBackoff } from '../../src/iter/generator-wrappers.ts';
import { toArray } from '../../src/iter/to-array.ts';
import type * as DecoratedModel from './decorated-model.ts';

const busy = () => Object.assign(new Error('busy'), { status: 503 });

describe('retryWithBackoff and rateLimited', () => {
  it('should wrap an async generator function and keep its arguments', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const count = retryWithBackoff({ maxRetries: 3, clock })(async function* (from: number, to: number) {
      calls += 1;
      if (calls < 3) throw busy();
      for (let item = from; item < to; item += 1) yield item;
    });
    expect(await clock.run(() => toArray(count(2, 5)))).toEqual([2, 3, 4]);
    expect(calls).toBe(3);
  });

  it('should work as standard decorators, the limit counting every retry', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'streaming-rag-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const source = await readFile(new URL('./decorated-model.ts', import.meta.url), 'utf8');
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { target: ts.ScriptTarget.ES2024, module: ts.ModuleKind.ESNext },
    });
    const compiled = join(folder, 'decorated-model.mjs');
    await writeFile(compiled, outputText);
    const { makeModel } = (await import(pathToFileURL(compiled).href)) as typeof DecoratedModel;
    const clock = new VirtualClock();
    const model = makeModel({ retryWithBackoff, rateLimited, clock });
    expect(await clock.run(() => toArray(model.tokens('hello')))).toEqual(['model: hello']);
    expect(model.begun).toEqual([0, 100, 200]);
  });

  it('should go on from the last item with the arguments of the call', async () => {
    const clock = new VirtualClock();
    async function* letters(text: string): AsyncGenerator<string, void, undefined> {
      yield text[0]!;
      throw busy();
    }
    const wrapped = retryWithBackoff<string>({
      clock,
      resume: (_lastItem, count, [text]) => (text as string).slice(count).split(''),
    })(letters);
    expect(await clock.run(() => toArray(wrapped('abc')))).toEqual(['a', 'b', 'c']);
  });

  it('should begin a call only with its first pull', async () => {
    const clock = new VirtualClock();
    let calls = 0;
    const wrapped = rateLimited({ requestsPerSecond: 1, clock })(async function* () {
      calls += 1;
      yield 1;
    });
    const stream = wrapped();
    await stream.return();
    expect(calls).toBe(0);
  });

  it('should refuse bad options when the wrapper is made', () => {
    expect(() => retryWithBackoff({ maxRetries: 1.5 })).toThrow(/`maxRetries`/);
    expect(() => rateLimited({ requestsPerSecond: 0 })).toThrow(/must be a finite number/);
  });
});
