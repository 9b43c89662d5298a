import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { endpointFor, untilRequests } from '../endpoint/shared.ts';
import { deadUrl } from '../generation/raw-server.ts';
import { temporaryFolder } from '../service/shared.ts';
import { startTool } from './run-tool.ts';

const question = 'When was the old bridge built?';

async function setUp() {
  const root = await temporaryFolder();
  const folder = join(root, 'docs 文档');
  await mkdir(folder);
  await writeFile(
    join(folder, 'bridge.md'),
    '# Bridge\r\n\r\nA 🦊 crossed it. The old bridge was built in 1874. It carries two lanes of traffic.\r\n',
  );
  await writeFile(join(folder, 'kettle.txt'), 'The kettle boils water in three minutes.');
  const env = { STREAMING_RAG_CACHE: join(root, 'cache') };
  const ask = (args: readonly string[], more: Record<string, string> = {}) =>
    startTool('ask', args, { ...env, ...more });
  return { folder, ask };
}

describe('npm run ask', () => {
  it('answers in the terminal, its citations below with their places', async () => {
    const { folder, ask } = await setUp();
    const { code, stdout, stderr } = await ask([folder, question]).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^The old bridge was built in 1874\. \[1\]\n\n\[1\] bridge\.md \d+–\d+\n {4}The old bridge was built in 1874\.\n$/u,
    );
  });

  it('gives one JSON event a line, its citations slices of the file', async () => {
    const { folder, ask } = await setUp();
    for (const round of ['first', 'from the kept index']) {
      const { code, stdout, stderr } = await ask([folder, question, '--json']).ended;
      expect({ round, code, stderr }).toEqual({ round, code: 0, stderr: '' });
      const events = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      const citation = events.find(({ type }) => type === 'citation')!;
      expect(Object.keys(citation)).toEqual(['type', 'documentId', 'start', 'end', 'text', 'number']);
      const text = await readFile(join(folder, citation.documentId as string), 'utf8');
      expect(text.slice(citation.start as number, citation.end as number)).toBe(
        'The old bridge was built in 1874.',
      );
      const tokens = events.filter(({ type }) => type === 'token');
      expect(tokens.length).toBeGreaterThan(5);
      expect(tokens.every((event) => Object.keys(event).join() === 'type,text')).toBe(true);
      expect(events.at(-1)).toMatchObject({ type: 'done', text: tokens.map((event) => event.text).join('') });
      expect(new Set(events.map(({ type }) => type))).toEqual(new Set(['token', 'citation', 'done']));
    }
  });

  it('asks the engine that the environment names, with its key', async () => {
    const { folder, ask } = await setUp();
    const { url } = await endpointFor({ apiKeys: ['sk-right'] });
    const right = await ask([folder, question], { OPENAI_BASE_URL: url, OPENAI_API_KEY: 'sk-right' }).ended;
    expect(right).toMatchObject({ code: 0, stderr: `Answered by 'extractive-1' at ${url}.\n` });
    expect(right.stdout).toContain('The old bridge was built in 1874. [1]');
    const wrong = await ask([folder, question], { OPENAI_BASE_URL: url, OPENAI_API_KEY: 'sk-wrong' }).ended;
    expect(wrong).toEqual({
      code: 1,
      stdout: '',
      stderr: `${url} does not accept the key (401). Set OPENAI_API_KEY to a key that is valid there.\n`,
    });
  });

  it('says that nobody answers at the named address', async () => {
    const { folder, ask } = await setUp();
    const url = deadUrl;
    for (const model of ['', 'named']) {
      const { code, stderr } = await ask([folder, question], { OPENAI_BASE_URL: url, OPENAI_MODEL: model })
        .ended;
      expect(code).toBe(1);
      expect(stderr).toContain(`No language model answers at ${url} (ECONNREFUSED).`);
      expect(stderr).not.toContain('    at ');
    }
  });

  it('names one bad file among many, and answers from the rest', async () => {
    const { folder, ask } = await setUp();
    await writeFile(join(folder, 'bad.md'), Buffer.from([0x00, 0xff, 0xfe, 0x00]));
    const { code, stdout, stderr } = await ask([folder, question]).ended;
    expect(code).toBe(0);
    expect(stderr).toContain('bad.md');
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stdout).toContain('1874');
  });

  it('stops quietly on Ctrl-C, and the server stops its work', async () => {
    const { folder, ask } = await setUp();
    const { url } = await endpointFor({ tokensPerSecond: 3 });
    const run = ask([folder, question], { OPENAI_BASE_URL: url });
    await run.until((stdout) => stdout.length > 0);
    run.child.kill('SIGINT');
    const { code, stderr } = await run.ended;
    expect(code).toBe(130);
    expect(stderr).toBe(`Answered by 'extractive-1' at ${url}.\n`);
    await untilRequests(url, ({ cancelled, running }) => cancelled === 1 && running === 0);
  });

  it('refuses what it cannot answer, in a sentence', async () => {
    const { folder, ask } = await setUp();
    const empty = join(folder, 'empty');
    await mkdir(empty);
    for (const [args, words] of [
      [[join(folder, 'none'), question], `The folder '${join(folder, 'none')}' does not exist.`],
      [[empty, question], `'${empty}' holds no document that can be read`],
      [[folder, ''], '`question` must be 1 to 4000 characters long, got 0'],
      [[folder, 'x'.repeat(100_000)], '`question` must be 1 to 4000 characters long, got 100000'],
      [[folder, question, '--top-k', '0'], '`topK` must be an integer from 1 to 10000, got 0'],
      [[folder], 'A folder and one question in quotes are needed, got 1 words.'],
      [[folder, question, '--colour'], "Unknown option '--colour'"],
    ] as const) {
      const { code, stdout, stderr } = await ask(args).ended;
      expect({ args, code, stdout }).toEqual({ args, code: 1, stdout: '' });
      expect(stderr).toContain(words);
      expect(stderr).not.toContain('    at ');
    }
  });
});
