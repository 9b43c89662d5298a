import { describe, expect, it } from 'vitest';
import { textOf, useKernel } from './start-kernel.ts';

const kernel = useKernel();
const { run } = kernel;

describe('the last value', () => {
  it.each([
    ['1 + 1', '2'],
    ["'text'", "'text'"],
    ['null', 'null'],
    ['[1, [2, [3, [4]]]]', '[ 1, [ 2, [ 3, [Array] ] ] ]'],
    ['new Map([[1, { a: 1 }]])', 'Map(1) { 1 => { a: 1 } }'],
    ['new Proxy({}, { get() { throw 1 }, ownKeys() { throw 2 } })', '{}'],
  ])('%s is shown as %s', async (source, text) => {
    expect((await run(source)).value).toBe(text);
  });

  it.each(['undefined', 'const a = 1;', 'void 0', ''])('of «%s» is not shown', async (source) => {
    expect((await run(source)).outputs).toEqual([]);
  });

  it('shows itself in the ways it offers, beside its text', async () => {
    const { outputs } = await run(
      "({ name: 'frame', async [Symbol.for('Jupyter.display')]() { return { 'text/html': '<b>1</b>', 'application/json': { a: 1 } } } })",
    );
    expect(outputs).toMatchObject([
      {
        output_type: 'execute_result',
        data: {
          'text/html': '<b>1</b>',
          'application/json': { a: 1 },
          'text/plain': expect.stringContaining('frame'),
        },
      },
    ]);
  });

  it('whose display throws is shown as text that says so', async () => {
    const { value } = await run("({ [Symbol.for('Jupyter.display')]() { throw new Error('no') } })");
    expect(value).toContain('no');
  });
});

describe('streams', () => {
  it('keep the order in which they were written', async () => {
    const { outputs } = await run(
      'console.log(1); console.error(2); console.log(3); void process.stdout.write("4")',
    );
    expect(outputs.map((output) => 'text' in output && [output.name, output.text])).toEqual([
      ['stdout', '1\n'],
      ['stderr', '2\n'],
      ['stdout', '3\n4'],
    ]);
  });

  it('come before what follows them', async () => {
    const { outputs } = await run(
      "import { display } from 'tslab';\nconsole.log('a'); display.text('b'); console.log('c')",
    );
    expect(outputs.map(({ output_type }) => output_type)).toEqual(['stream', 'display_data', 'stream']);
  });

  it('put a character together that is cut between two writes', async () => {
    expect(
      (await run('for (const byte of Buffer.from("名")) process.stdout.write(Uint8Array.of(byte)); 0'))
        .stdout,
    ).toBe('名');
  });

  it('put many small writes into few messages and lose none', async () => {
    const exchange = kernel.client.execute('for (let n = 0; n < 200_000; n++) console.log(n)');
    await exchange.done;
    const text = textOf(exchange.outputs.outputs, 'stdout');
    expect(text.length).toBe(1_288_890);
    expect(text.endsWith('199998\n199999\n')).toBe(true);
    expect(exchange.messages.length).toBeLessThan(1000);
  });

  it('flow while a cell is busy', async () => {
    let seen = false;
    const exchange = kernel.client.execute(
      'console.log("begun"); const until = Date.now() + 5000; while (Date.now() < until);',
      { onOutput: () => ((seen = true), kernel.client.interrupt()) },
    );
    expect((await exchange.done)['status']).toBe('error');
    expect(seen).toBe(true);
  });
});

describe('outputs of what runs on', () => {
  it('go to the cell that started it, after later cells ran', async () => {
    const first = kernel.client.execute(
      "import { display } from 'tslab';\nsetTimeout(() => { console.log('from the first'); display.text('d') }, 150); 0",
    );
    const second = kernel.client.execute('setTimeout(() => console.log("from the second"), 100); 0');
    await Promise.all([first.done, second.done]);
    const third = await run('await new Promise((go) => setTimeout(go, 300)); console.log("third")');
    expect(textOf(first.outputs.outputs, 'stdout')).toBe('from the first\n');
    expect(first.outputs.outputs).toContainEqual({
      output_type: 'display_data',
      data: { 'text/plain': 'd' },
      metadata: {},
    });
    expect(textOf(second.outputs.outputs, 'stdout')).toBe('from the second\n');
    expect(third.stdout).toBe('third\n');
  });

  it('stay with the cell through promises, streams and events', async () => {
    const first = kernel.client.execute(
      [
        "import { Readable } from 'node:stream';",
        "import { EventEmitter, once } from 'node:events';",
        'async function* slow() { for (const n of [1, 2]) { await new Promise((go) => setTimeout(go, 60)); yield n } }',
        "Readable.from(slow()).on('data', (n) => console.log('stream', n));",
        "void (async () => { for await (const n of slow()) console.log('loop', n) })();",
        '0',
      ].join('\n'),
    );
    await first.done;
    expect((await run('await new Promise((go) => setTimeout(go, 250)); 1')).stdout).toBe('');
    const lines = textOf(first.outputs.outputs, 'stdout').split('\n').sort();
    expect(lines).toEqual(['', 'loop 1', 'loop 2', 'stream 1', 'stream 2']);
  });

  it.each([
    ['an error of a timer', 'setTimeout(() => { throw new Error("stray") }, 80); 0'],
    ['an unhandled rejection', 'setTimeout(() => Promise.reject(new Error("stray")), 80); 0'],
  ])('include %s, as an error with its line', async (_what, source) => {
    const first = kernel.client.execute(source);
    await first.done;
    expect((await run('await new Promise((go) => setTimeout(go, 250)); 1')).outputs).toHaveLength(1);
    const error = first.outputs.outputs.find(({ output_type }) => output_type === 'error');
    expect(error).toMatchObject({ ename: 'Error', evalue: 'stray' });
    expect(JSON.stringify(error)).toMatch(/In \[\d+\]:1:/);
  });
});

describe('displays', () => {
  it('are updated in place, also from a later cell', async () => {
    const first = kernel.client.execute(
      "import { newDisplay } from 'tslab';\nconst view = newDisplay();\nview.text('1');",
    );
    await first.done;
    await run("view.html('<b>2</b>')");
    expect(first.outputs.outputs).toMatchObject([{ data: { 'text/html': '<b>2</b>' } }]);
  });

  it('of `jupyter.display` show any value under an id', async () => {
    const { outputs } = await run(
      "await jupyter.display({ a: 1 }, { id: 'x' });\nawait jupyter.display([2], { id: 'x', update: true })",
    );
    expect(outputs).toMatchObject([{ output_type: 'display_data', data: { 'text/plain': '[ 2 ]' } }]);
    expect((await run('await jupyter.display(1, { update: true })')).reply['ename']).toBe('TypeError');
  });

  it('are cleared at once, or when something new is there', async () => {
    expect((await run('console.log(1); jupyter.clearOutput(); console.log(2)')).stdout).toBe('2\n');
    expect((await run('console.log(1); jupyter.clearOutput({ wait: true }); 0')).stdout).toBe('');
    expect((await run('console.log(1); jupyter.clearOutput({ wait: true })')).stdout).toBe('1\n');
  });
});
