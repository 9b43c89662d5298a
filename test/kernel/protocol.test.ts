import { randomUUID } from 'node:crypto';
import { onTestFinished, describe, expect, it } from 'vitest';
import { Dealer } from 'zeromq';
import { toCodePoints } from '../../kernel/language/code-points.ts';
import { KernelConnection } from '../../kernel/client/kernel-connection.ts';
import { encodeMessage, newHeader, type Content } from '../../kernel/wire/message.ts';
import { runCell, startKernelForTest, useKernel } from './start-kernel.ts';

const kernel = useKernel();
const { run } = kernel;
const ask = (type: string, content: Content = {}) => kernel.client.request('shell', type, content).done;

describe('kernel_info_reply', () => {
  it('says what the kernel is, in the types that strict clients want', async () => {
    const info = await ask('kernel_info_request');
    expect(info).toMatchObject({
      protocol_version: '5.4',
      language_info: { name: 'typescript', file_extension: '.ts', codemirror_mode: 'typescript' },
    });
    expect(info['banner']).toMatch(/^TypeScript 6\.\d+\.\d+ on Node \d+/);
    expect(await kernel.client.request('control', 'kernel_info_request', {}).done).toEqual(info);
  });
});

describe('execute_request', () => {
  it('brackets its outputs by busy and idle and begins with its input', async () => {
    const { done, messages } = kernel.client.execute('console.log(1); 2');
    const { execution_count } = await done;
    expect(messages.map(({ header, content }) => [header.msg_type, content['execution_state']])).toEqual([
      ['status', 'busy'],
      ['execute_input', undefined],
      ['stream', undefined],
      ['execute_result', undefined],
      ['status', 'idle'],
    ]);
    expect(messages[1]?.content).toEqual({ code: 'console.log(1); 2', execution_count });
  });

  it('counts what is stored, and only that', async () => {
    const countOf = async (options = {}) => (await run('1', options)).reply['execution_count'];
    const first = Number(await countOf());
    expect(await countOf({ storeHistory: false })).toBe(first);
    expect(await countOf({ silent: true })).toBe(first);
    expect(await countOf()).toBe(first + 1);
  });

  it('shows nothing when silent', async () => {
    const { done, messages } = kernel.client.execute('console.log(1); 2', { silent: true });
    expect((await done)['status']).toBe('ok');
    expect(messages.map(({ header }) => header.msg_type)).toEqual(['status', 'status']);
  });

  it('evaluates user expressions, each with its own failure', async () => {
    await run('const wanted = 20;');
    const { reply } = await run('0', {
      userExpressions: { good: 'wanted + 1', wrong: 'unknownName', bad: 'null!.x' },
    });
    expect(reply['user_expressions']).toMatchObject({
      good: { status: 'ok', data: { 'text/plain': '21' } },
      wrong: { status: 'error', ename: 'TypeScriptError' },
      bad: { status: 'error' },
    });
  });

  it('that fails aborts those sent with it, and none that come later', async () => {
    const sent = ['throw new Error("stop")', '1', '2'].map((source) => kernel.client.execute(source));
    const statuses = await Promise.all(sent.map(async ({ done }) => (await done)['status']));
    expect(statuses).toEqual(['error', 'aborted', 'aborted']);
    expect((await run('3')).value).toBe('3');
  });

  it('that may fail lets those behind it run', async () => {
    const failing = kernel.client.execute('throw new Error("go on")', { stopOnError: false });
    const next = kernel.client.execute('4');
    expect([(await failing.done)['status'], (await next.done)['status']]).toEqual(['error', 'ok']);
  });

  it('can show a pager', async () => {
    const { reply } = await run('await jupyter.page("long text")');
    expect(reply['payload']).toEqual([{ source: 'page', start: 0, data: { 'text/plain': "'long text'" } }]);
  });
});

describe('history_request', () => {
  it('finds the last, a range, and what matches', async () => {
    const { execution_count: line } = (await run("'needle one'")).reply;
    await run("'needle two'");
    await run("'needle two'");
    const inputs = async (request: Content) =>
      (
        (await ask('history_request', { raw: true, output: false, ...request }))['history'] as unknown[][]
      ).map((entry) => entry[2]);
    expect(await inputs({ hist_access_type: 'tail', n: 2 })).toEqual(["'needle two'", "'needle two'"]);
    const range = { hist_access_type: 'range', session: 0, start: line, stop: Number(line) + 2 };
    expect(await inputs(range)).toEqual(["'needle one'", "'needle two'"]);
    const search = { hist_access_type: 'search', pattern: '*needle t?o*' };
    expect(await inputs(search)).toHaveLength(2);
    expect(await inputs({ ...search, unique: true })).toHaveLength(1);
    expect(await inputs({ ...range, session: 7 })).toEqual([]);
    const withOutput = { hist_access_type: 'tail', n: 1, output: true };
    expect(await inputs(withOutput)).toEqual([["'needle two'", "'needle two'"]]);
  });
});

describe('is_complete_request', () => {
  it.each([
    ['const a = 1;', { status: 'complete' }],
    ['await fetch("x")', { status: 'complete' }],
    ['function f() {', { status: 'incomplete', indent: '  ' }],
    ['if (a) {\n  if (b) {', { status: 'incomplete', indent: '    ' }],
    ['const list = [\n  1,', { status: 'incomplete', indent: '  ' }],
    ['`text', { status: 'incomplete', indent: '' }],
    ['/* note', { status: 'incomplete', indent: '' }],
    ['a b', { status: 'invalid' }],
    ["'text", { status: 'invalid' }],
    ['}', { status: 'invalid' }],
  ])('%j is %j', async (code, expected) => {
    expect(await ask('is_complete_request', { code })).toEqual(expected);
  });
});

describe('complete_request', () => {
  const complete = async (text: string) => {
    const [before = '', after = ''] = text.split('‸');
    const reply = await ask('complete_request', {
      code: before + after,
      cursor_pos: toCodePoints(before, before.length),
    });
    const { matches, cursor_start, cursor_end, metadata } = reply as {
      matches: string[];
      cursor_start: number;
      cursor_end: number;
      metadata: { _jupyter_types_experimental: Record<string, unknown>[] };
    };
    return { matches, range: [cursor_start, cursor_end], types: metadata._jupyter_types_experimental };
  };

  it('knows the members of values of earlier cells, with types and documentation', async () => {
    await run(
      'interface Data {\n  /** How many. */\n  count: number;\n  label: string;\n}\nconst 数据: Data = { count: 1, label: "x" };',
    );
    const { matches, range, types } = await complete('"😀"; 数据.co‸');
    expect(matches).toEqual(['count']);
    expect(range).toEqual([8, 10]);
    expect(types).toEqual([
      {
        start: 8,
        end: 10,
        text: 'count',
        type: 'property',
        signature: '(property) Data.count: number',
        documentation: 'How many.',
      },
    ]);
    expect((await complete('数‸')).matches).toContain('数据');
  });

  it.each([
    ['keys of an object', 'const o: { alpha: number; beta: string } = { al‸ }', ['alpha']],
    ['names in an import', "import { readFil‸ } from 'node:fs/promises'", ['readFile']],
    ['a path in an import', "import x from 'node:fs/pro‸'", ['promises']],
    ['a package in an import', "import x from 'opena‸'", ['openai']],
    ['members of a union', "const side: 'left' | 'right' = 'le‸'", ['left']],
    ['a global', 'structuredClo‸', ['structuredClone']],
  ])('knows %s', async (_what, text, expected) => {
    const { matches } = await complete(text);
    expect(matches.slice(0, expected.length)).toEqual(expected);
  });

  it('finds nothing in empty text without failing', async () => {
    expect((await ask('complete_request', { code: '', cursor_pos: 0 }))['status']).toBe('ok');
    expect((await ask('complete_request', { code: 'a.b.c(', cursor_pos: 99 }))['status']).toBe('ok');
  });
});

describe('inspect_request', () => {
  const inspect = async (text: string, level = 0) => {
    const [before = '', after = ''] = text.split('‸');
    const content = {
      code: before + after,
      cursor_pos: toCodePoints(before, before.length),
      detail_level: level,
    };
    const { found, data } = (await ask('inspect_request', content)) as {
      found: boolean;
      data: Record<string, string>;
    };
    return { found, markdown: data['text/markdown'], text: data['text/plain'] };
  };

  it('shows type and documentation as Markdown, and at level 1 the declaration', async () => {
    await run(
      '/**\n * Adds.\n * @param a the first\n */\nfunction add(a: number, b: number) { return a + b }',
    );
    const { markdown } = await inspect('ad‸d(1, 2)');
    expect(markdown).toBe(
      '```typescript\nfunction add(a: number, b: number): number\n```\n\nAdds.\n\n*@param* a the first',
    );
    expect((await inspect('add‸', 1)).markdown).toContain(
      'declare function add(a: number, b: number): number;',
    );
  });

  it.each(['add(1, ‸', 'add(‸)', '[1].map((n) => add(n, ‸ n))'])(
    'explains the function whose call is at %s',
    async (text) => {
      await run('function add(a: number, b: number) { return a + b }');
      const { text: found } = await inspect(text);
      expect(found).toContain('function add');
    },
  );

  it('finds nothing where nothing is', async () => {
    expect((await inspect('noSuchName‸')).found).toBe(false);
  });
});

describe('input', () => {
  it('is asked of the client that runs the cell', async () => {
    const asked: [string, boolean][] = [];
    const { value } = await run(
      'console.log("before");\n(await prompt("name? ")) + (await input("word? ", { password: true }))',
      {
        onInput: (prompt, password) => {
          asked.push([prompt, password]);
          return '小明';
        },
      },
    );
    expect(value).toBe("'小明小明'");
    expect(asked).toEqual([
      ['name? ', false],
      ['word? ', true],
    ]);
  });

  it('fails with a sentence where the client takes none', async () => {
    expect((await run('await prompt("name?")')).reply['evalue']).toMatch(/^This client takes no input/);
  });
});

describe('comms', () => {
  it('open, talk both ways and close', async () => {
    const seen: [string, Content][] = [];
    const client = await startKernelForTest({});
    await runCell(
      client,
      'jupyter.registerComm("echo", (comm, { data }) => {\n  comm.send({ hello: data });\n  comm.on("message", (message) => comm.send({ echo: message.data }));\n  comm.on("close", () => console.log("closed"));\n})',
    );
    const send = async (type: string, content: Content) => {
      const exchange = client.request('shell', type, content);
      await client.request('shell', 'kernel_info_request', {}).done;
      for (const { header, content: answer } of exchange.messages) {
        if (header.msg_type !== 'status') seen.push([header.msg_type, answer]);
      }
    };
    await send('comm_open', { comm_id: 'c1', target_name: 'echo', data: { a: 1 } });
    expect((await client.request('shell', 'comm_info_request', {}).done)['comms']).toEqual({
      c1: { target_name: 'echo' },
    });
    const other = { target_name: 'other' };
    expect((await client.request('shell', 'comm_info_request', other).done)['comms']).toEqual({});
    await send('comm_msg', { comm_id: 'c1', data: { b: 2 } });
    await send('comm_close', { comm_id: 'c1', data: {} });
    await send('comm_open', { comm_id: 'c2', target_name: 'unknown', data: {} });
    expect(seen).toEqual([
      ['comm_msg', { comm_id: 'c1', data: { hello: { a: 1 } } }],
      ['comm_msg', { comm_id: 'c1', data: { echo: { b: 2 } } }],
      ['stream', { name: 'stdout', text: 'closed\n' }],
      ['comm_close', { comm_id: 'c2', data: {} }],
    ]);
  });

  it('are opened from a cell as well', async () => {
    const { done, messages } = kernel.client.execute(
      'const line = jupyter.openComm("target", { x: 1 });\nline.close();\nline.send({})',
    );
    expect((await done)['evalue']).toBe('The comm target is closed');
    const types = messages.map(({ header }) => header.msg_type).filter((type) => type.startsWith('comm'));
    expect(types).toEqual(['comm_open', 'comm_close']);
  });
});

describe('the wire', () => {
  it('echoes heartbeats, also while a cell is busy', async () => {
    const busy = kernel.client.execute('const until = Date.now() + 700; while (Date.now() < until);');
    expect(await kernel.client.heartbeat()).toBe(true);
    expect((await busy.done)['status']).toBe('ok');
  });

  it('serves two clients at once, each with its own answers and all with the outputs', async () => {
    const second = new KernelConnection(kernel.client.connection);
    await second.open();
    onTestFinished(() => second.close());
    const [mine, theirs] = await Promise.all([run('const shared = 5; "one"'), runCellOn(second, '"two"')]);
    expect([mine.value, theirs]).toEqual(["'one'", "'two'"]);
    expect(await runCellOn(second, 'shared')).toBe('5');
  });

  it.each([
    ['with a wrong signature', (frames: Buffer[]) => frames.with(1, Buffer.from('0'.repeat(64)))],
    ['cut short', (frames: Buffer[]) => frames.slice(0, 4)],
    ['that is not JSON', (frames: Buffer[]) => frames.with(5, Buffer.from('{'))],
    ['without a delimiter', () => [Buffer.from('hello')]],
    ['of no frames to speak of', () => [Buffer.alloc(0)]],
  ])('refuses a message %s and works on', async (_what, spoil) => {
    const client = await startKernelForTest();
    const { connection } = client;
    const socket = new Dealer({ routingId: randomUUID(), linger: 0 });
    onTestFinished(() => socket.close());
    socket.connect(`tcp://127.0.0.1:${connection.shell_port}`);
    const content = { code: 'globalThis.wasRun = true', silent: false };
    const header = newHeader('execute_request', 's', 'stranger');
    const message = { identities: [], header, parent_header: {}, metadata: {}, content, buffers: [] };
    await socket.send(spoil(encodeMessage(connection.key, message)));
    expect((await runCell(client, "'wasRun' in globalThis")).value).toBe('false');
    await expect.poll(() => client.log).toMatch(/refused a message .* on the shell channel/);
  });
});

describe('shutdown_request', () => {
  it.each([true, false])('is answered (restart: %s), and the process ends', async (restart) => {
    const client = await startKernelForTest();
    const { done } = client.request('control', 'shutdown_request', { restart });
    expect(await done).toEqual({ status: 'ok', restart });
    expect(await client.exited).toEqual({ code: 0, signal: null });
  });

  it('ends a kernel that a cell keeps busy', async () => {
    const client = await startKernelForTest();
    client.execute('for (;;);');
    await client.shutdown(8000);
    expect(client.process.signalCode ?? client.process.exitCode).not.toBeNull();
  });
});

async function runCellOn(connection: KernelConnection, source: string): Promise<unknown> {
  const exchange = connection.execute(source);
  await exchange.done;
  const result = exchange.outputs.outputs.find((output) => output.output_type === 'execute_result');
  return result?.data['text/plain'];
}
