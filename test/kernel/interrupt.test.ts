import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startKernelForTest, useKernel } from './start-kernel.ts';

const kernel = useKernel();
const { run } = kernel;

/** Runs a cell that says when it has begun, and presses the stop button then. */
async function interrupted(source: string): Promise<unknown> {
  const { done } = kernel.client.execute(`console.log('begun');\n${source}`, {
    onOutput: () => kernel.client.interrupt(),
  });
  return (await done)['ename'];
}

describe('the stop button', () => {
  it.each([
    ['an await loop', 'for (;;) await new Promise((go) => setTimeout(go, 5));'],
    ['an await that never ends', 'await new Promise(() => {});'],
    ['a busy loop', 'for (;;);'],
    ['a busy loop behind a timer', 'await new Promise((go) => setTimeout(go, 5));\nfor (;;);'],
    ['a busy loop behind a microtask', 'await null;\nfor (;;);'],
    [
      'a busy loop in a function that catches',
      'function spin() { for (;;) { try { spin2() } catch {} } }\nfunction spin2() { for (;;); }\nspin()',
    ],
    ['a flood of output', 'for (;;) console.log("x".repeat(1000));'],
    ['a question that nobody answers', 'await new Promise(() => prompt)'],
  ])('ends %s, and the kernel and its variables live', async (_what, source) => {
    await run('const kept = 42;');
    expect(await interrupted(source)).toBe('InterruptedError');
    expect((await run('kept')).value).toBe('42');
  });

  it('aborts the signal of the cell, so that what it started can stop', async () => {
    const loop = [
      "const { signal } = (globalThis as any)[Symbol.for('streaming-rag.cell')] as { signal: AbortSignal };",
      'let rounds = 0;',
      'while (!signal.aborted) { rounds++; await new Promise((go) => setTimeout(go, 5)) }',
    ].join('\n');
    await run('var seen = 0;');
    expect(await interrupted(loop.replace('rounds++', 'seen++').replace('let rounds = 0;', ''))).toBe(
      'InterruptedError',
    );
    const { value } = await run(
      'const before = seen;\nawait new Promise((go) => setTimeout(go, 100));\nseen - before',
    );
    expect(Number(value)).toBeLessThanOrEqual(1);
    expect((await run("(globalThis as any)[Symbol.for('streaming-rag.cell')].signal.aborted")).value).toBe(
      'false',
    );
  });

  it('ends a question to the reader', async () => {
    const { done } = kernel.client.execute('await prompt("?")', {
      onInput: () => {
        kernel.client.interrupt();
        return undefined;
      },
    });
    expect((await done)['ename']).toBe('InterruptedError');
  });

  it('does nothing to an idle kernel', async () => {
    const { done } = kernel.client.request('control', 'interrupt_request', {});
    expect(await done).toEqual({ status: 'ok' });
    expect((await run('1')).value).toBe('1');
  });

  it('works as a signal too', async () => {
    const { done } = kernel.client.execute('await new Promise(() => {})');
    // Node loses a signal that comes in the very moment in which a script ends its first part.
    const pressing = setInterval(() => kernel.client.interrupt('signal'), 200);
    expect((await done.finally(() => clearInterval(pressing)))['ename']).toBe('InterruptedError');
  });

  it('pressed while the first cell is still being compiled leaves a compiler that works', async () => {
    const client = await startKernelForTest();
    const first = client.execute(
      "import OpenAI from 'openai';\nfor (;;) await new Promise((go) => setTimeout(go, 5));",
    );
    await wait(100);
    client.interrupt();
    expect((await first.done)['ename']).toBe('InterruptedError');
    const next = client.execute('const after: number = 7;\nafter');
    expect((await next.done)['status']).toBe('ok');
  });
});
