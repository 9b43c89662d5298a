import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCell, startKernelForTest, useKernel } from './start-kernel.ts';

const { run } = useKernel();

describe('TypeScript in cells', () => {
  it.each([
    ['a top-level `for await` alone', 'for await (const n of [1, 2]) console.log(n)', '1\n2\n'],
    ['`await (…)` at top level', 'console.log(await (async () => 5)())', '5\n'],
    [
      '`await using`',
      '{ await using r = { async [Symbol.asyncDispose]() { console.log("closed") } }; }',
      'closed\n',
    ],
    [
      '`using` at top level',
      'using r = { [Symbol.dispose]() { console.log("closed") } };\nconsole.log("open")',
      'open\nclosed\n',
    ],
    [
      'standard decorators',
      'function log(method: unknown, context: ClassMethodDecoratorContext) { console.log(context.name) }\nclass Door { @log open() {} }',
      'open\n',
    ],
    ['iterator helpers', 'console.log([1, 2].values().map((n) => n * 2).toArray().join())', '2,4\n'],
    ['Set methods', 'console.log(new Set([1, 2]).union(new Set([3])).size)', '3\n'],
    [
      'Promise.withResolvers',
      'const { promise, resolve } = Promise.withResolvers<number>(); resolve(7); console.log(await promise)',
      '7\n',
    ],
    [
      'a package that has `exports` alone',
      "import { Hono } from 'hono';\nconsole.log(typeof Hono)",
      'function\n',
    ],
    ['JSON', "import manifest from '../../package.json';\nconsole.log(manifest.name)", 'streaming-rag\n'],
    [
      'dynamic import',
      "const path = await import('node:path');\nconsole.log(path.posix.join('a', 'b'))",
      'a/b\n',
    ],
    [
      'dynamic import of a package',
      "const { default: OpenAI } = await import('openai');\nconsole.log(typeof OpenAI)",
      'function\n',
    ],
    [
      'import type',
      "import type { Stats } from 'node:fs';\nlet stats: Stats | undefined;\nconsole.log(stats)",
      'undefined\n',
    ],
    [
      '`satisfies` and `const` type parameters',
      'function first<const T>(items: readonly T[]) { return items[0] }\nconsole.log(first(["a"] satisfies string[]))',
      'a\n',
    ],
  ])('knows %s', async (_what, source, printed) => {
    const { stdout, traceback } = await run(source);
    expect(traceback).toBe('');
    expect(stdout).toBe(printed);
  });

  it('sees names of earlier cells in shorthand, also in Chinese', async () => {
    await run('const chunkText = (text: string) => [text];\nconst 名字 = "小明";');
    expect((await run('({ chunkText, 名字 }).名字')).value).toBe("'小明'");
    expect((await run('Object.keys({ chunkText, 名字 }).length')).value).toBe('2');
  });

  it('assigns to variables of earlier cells by destructuring', async () => {
    await run('let left = 1, right = 2;');
    await run('({ left, right = 5 } = { left: 10 } as { left: number; right?: number });');
    expect((await run('[left, right]')).value).toBe('[ 10, 5 ]');
    expect((await run('[left, right] = [right, left];\nleft')).value).toBe('5');
  });

  it('lets a later cell declare a name anew', async () => {
    await run('class Point { x = 1 }\nenum Color { Red, Green }\nconst thing = 1;\ntype Id = number;');
    await run('class Point { label = "p" }\nenum Color { Blue }\nconst thing = "text";\ntype Id = string;');
    expect((await run('const id: Id = thing;\n[new Point().label, Color.Blue, id]')).value).toBe(
      "[ 'p', 0, 'text' ]",
    );
  });

  it('lets functions of earlier cells see what a later cell puts in their place', async () => {
    await run('function helper() { return "old" }');
    await run('function user() { return helper() }');
    await run('function helper() { return "new" }');
    expect((await run('user()')).value).toBe("'new'");
  });

  it('keeps the types of earlier cells', async () => {
    await run('interface Chunk { readonly text: string }\nconst chunks: Chunk[] = [{ text: "a" }];');
    expect((await run('chunks[0].txt')).traceback).toContain("Property 'txt' does not exist on type 'Chunk'");
  });
});

describe('imports', () => {
  /** A notebook's folder with packages and a local file beside it. */
  async function startAmong(files: Record<string, string>) {
    const folder = await mkdtemp(join(tmpdir(), 'kernel-imports-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const write = async (name: string, text: string) => {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    };
    for (const [name, text] of Object.entries(files)) await write(name, text);
    return { client: await startKernelForTest({ cwd: folder }), write };
  }

  it('take packages that cannot be required, local TypeScript, and a changed local file', async () => {
    const { client } = await startAmong({
      'node_modules/import-only/package.json':
        '{"name":"import-only","type":"module","exports":{".":{"types":"./a.d.ts","import":"./a.js"}}}',
      'node_modules/import-only/a.js': 'export const one = 1; export default "d";',
      'node_modules/import-only/a.d.ts':
        'export const one: number; declare const d: string; export default d;',
      'node_modules/awaits/package.json':
        '{"name":"awaits","type":"module","exports":"./b.js","types":"./b.d.ts"}',
      'node_modules/awaits/b.js': 'await null; export const two = 2;',
      'node_modules/awaits/b.d.ts': 'export const two: number;',
      'helper.ts':
        'export const three: number = 3;\nexport function fail(): never {\n  throw new Error("in helper");\n}',
    });
    const source =
      "import fallback, { one } from 'import-only';\nimport { two } from 'awaits';\nimport { three, fail } from './helper.ts';\n[fallback, one, two, three]";
    expect((await runCell(client, source)).value).toBe("[ 'd', 1, 2, 3 ]");
    const { traceback } = await runCell(client, 'fail()');
    expect(traceback).toMatch(/at fail \(helper\.js:\d+:\d+\)\n\s+at In \[2\]:1:1/);
  });

  it('see a local file that changes while the kernel runs', async () => {
    const { client, write } = await startAmong({ 'helper.ts': 'export const value: number = 1;' });
    expect((await runCell(client, "import { value } from './helper.ts';\nvalue")).value).toBe('1');
    await write('helper.ts', 'export const value: string = "new";');
    const source = "import { value as fresh } from './helper.ts';\nfresh";
    await expect
      .poll(async () => (await runCell(client, source)).value, { interval: 300, timeout: 30_000 })
      .toBe("'new'");
  });

  it('that fail say why', async () => {
    const { traceback } = await run("import { nothing } from 'no-such-package';");
    expect(traceback).toContain("Cannot find module 'no-such-package'");
    expect((await run("await import('no-such-package' as string)")).reply['ename']).toBe('Error');
  });

  it('know where they are', async () => {
    expect(
      (await run('[import.meta.dirname === process.cwd(), import.meta.url.startsWith("file:")]')).value,
    ).toBe('[ true, true ]');
  });
});

describe('strictness', () => {
  it('is on', async () => {
    const { reply, traceback } = await run('const text: string = null;');
    expect(reply['ename']).toBe('TypeScriptError');
    expect(traceback).toMatch(/^In \[\d+\]:1:7 - TS2322: Type 'null' is not assignable to type 'string'\./);
  });

  it.each([
    ['// @strict off', 'const loose: string = null;'],
    ['// @ts-expect-error: shown on purpose', 'const expected: string = 5;'],
    ['// @ts-nocheck', 'const unchecked: string = 5;'],
  ])('bends for one cell under %s', async (pragma, source) => {
    expect((await run(`${pragma}\n${source}`)).reply['status']).toBe('ok');
    expect((await run(source)).reply['status']).toBe('error');
  });

  it('refuses a @ts-expect-error that expects nothing', async () => {
    expect((await run('// @ts-expect-error\nconst good: number = 5;')).traceback).toContain('TS2578');
  });
});

describe('errors', () => {
  it('say where they arose, with the line, through all cells they came by', async () => {
    const defined = await run('function inner(n: number): never {\n  throw new RangeError(`bad ${n}`);\n}');
    const { reply, traceback } = await run('const quiet = 1;\n\n  inner(quiet);');
    const [first, second] = [defined, { reply }].map((cell) => Number(cell.reply['execution_count']));
    expect(reply).toMatchObject({ status: 'error', ename: 'RangeError', evalue: 'bad 1' });
    expect(traceback).toBe(
      [
        'RangeError: bad 1',
        `    at inner (In [${first}]:2:9)`,
        '    2 |   throw new RangeError(`bad ${n}`);',
        '                ^',
        `    at In [${second}]:3:3`,
      ].join('\n'),
    );
  });

  it('keep their lines behind an await, in types that vanish, and in classes with decorators', async () => {
    const behind = await run(
      'interface A {\n  a: number;\n}\nawait null;\nnull!.x;'.replace('null!', '(null as any)'),
    );
    expect(behind.traceback).toMatch(/at In \[\d+\]:5:15/);
    const decorated = await run(
      'function mark(_: unknown, _context: ClassMethodDecoratorContext) {}\nclass C {\n  @mark m() {\n    throw new Error("in m");\n  }\n}\nnew C().m();',
    );
    expect(decorated.traceback).toMatch(/at C\.m \(In \[\d+\]:4:11\)/);
    expect(decorated.traceback).toMatch(/at In \[\d+\]:7:9/);
  });

  it('show the same places in `stack`', async () => {
    const { value } = await run('new Error("x").stack');
    expect(value).toMatch(/^'Error: x\\n' \+\s+'    at In \[\d+\]:1:1'|^'Error: x\\n    at In \[\d+\]:1:1'/);
  });

  it('have their causes under them', async () => {
    const { traceback } = await run('throw new Error("outer", { cause: new TypeError("inner") })');
    expect(traceback).toContain('Error: outer');
    expect(traceback).toContain('[cause]: TypeError: inner');
  });

  it.each([
    ['{ code: 3 }', '{ code: 3 }'],
    ['"text"', "'text'"],
    ['undefined', 'undefined'],
    ['new Proxy({}, { get() { throw 1 }, has() { throw 2 } })', ''],
  ])('may be no errors: throw %s', async (thrown, evalue) => {
    const { reply } = await run(`throw ${thrown};`);
    expect(reply).toMatchObject({ status: 'error', ename: 'Thrown' });
    if (evalue !== '') expect(reply['evalue']).toBe(evalue);
  });

  it('of syntax name their place', async () => {
    expect((await run('const a = ;')).traceback).toMatch(/^In \[\d+\]:1:11 - TS1109: Expression expected\./);
  });

  it('of a type with reasons are one entry with the reasons under it', async () => {
    const { traceback } = await run('const f: (n: number) => string = (n: number) => n;');
    expect(traceback.match(/In \[/g)).toHaveLength(1);
    expect(traceback).toContain("  Type 'number' is not assignable to type 'string'.");
  });
});
