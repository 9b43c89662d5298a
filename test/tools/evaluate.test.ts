import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readHandbook, readQuestionSet } from '../../tools/evaluate/question-set.ts';
import { startTool } from './run-tool.ts';

async function temporaryFile(content: unknown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'evaluate-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'pressure.md'), '# Backpressure\n\nA slow reader holds its source back.');
  const path = join(folder, 'questions.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const documents = [
  { id: 'en1', language: 'en', path: 'pressure.md' },
  { id: 'en2', language: 'en-GB', text: 'A token bucket limits how many requests are sent in a second.' },
  { id: 'zh1', language: 'zh', text: '背压：读得慢的一方让数据源慢下来。' },
  { id: 'zh2', language: 'zh', text: '令牌桶限制每秒发送多少请求。' },
];
const questions = [
  { id: 'q1', language: 'en', text: 'What holds a source back?', relevant: ['en1', 'zh1'] },
  { id: 'q2', language: 'zh', text: '每秒最多发送多少请求？', relevant: ['zh2', 'en2'] },
  { id: 'q3', language: 'en', text: 'What is the capital of France?', relevant: [] },
];

describe('npm run evaluate', () => {
  it('should print a table, and the rows as the last line', { timeout: 60_000 }, async () => {
    const path = await temporaryFile({ documents, questions });
    const { code, stdout, stderr } = await startTool('evaluate', [path, '--json']).ended;
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const { rows } = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as { rows: Record<string, unknown>[] };
    const systems = ['bm25', 'bm25+rerank', 'vector', 'vector+rerank', 'hybrid', 'hybrid+rerank'];
    expect(rows.map(({ pair, system }) => `${String(pair)} ${String(system)}`)).toEqual(
      ['en-en', 'zh-zh', 'en-zh', 'zh-en'].flatMap((pair) => systems.map((system) => `${pair} ${system}`)),
    );
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(['system', 'pair', 'ndcg10', 'recall10', 'mrr', 'low', 'high']);
      if (row.system === 'hybrid')
        expect(row).toMatchObject({ ndcg10: 1, recall10: 1, mrr: 1, low: 1, high: 1 });
    }
    // Keywords of the one language are not in the other.
    expect(rows.find(({ system, pair }) => system === 'bm25' && pair === 'zh-en')).toMatchObject({
      ndcg10: 0,
    });
    expect(stdout).toContain('### en→zh, 1 questions');
    expect(stdout).toContain("best chunk's plus half the mean");
    expect(stdout).toContain('1 questions without a relevant document are left out.');
  });

  it.each([
    { args: ['--chunker', 'constructor'], says: /--chunker must be one of/ },
    { args: ['--size', '1'], says: /--size must be an integer from 2/ },
    { args: ['--split', 'all'], says: /--split must be development or test, got 'all'/ },
    { args: ['/no/such.json'], says: /'\/no\/such\.json' cannot be read \(ENOENT\)/ },
    { args: ['--models'], says: /Unknown option '--models'/ },
  ])('should refuse $args in a sentence', async ({ args, says }) => {
    const { code, stdout, stderr } = await startTool('evaluate', args).ended;
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe('a file of questions', () => {
  it('should be read with its documents, languages by their first part', async () => {
    const set = await readQuestionSet(await temporaryFile({ documents, questions }));
    expect(set.documents.map(({ document, language }) => [document.id, language])).toEqual([
      ['en1', 'en'],
      ['en2', 'en'],
      ['zh1', 'zh'],
      ['zh2', 'zh'],
    ]);
    expect(set.documents[0]!.document.text).toContain('holds its source back');
    expect(set.questions[2]!.relevant).toEqual([]);
  });

  it.each([
    { what: 'no JSON', content: '{', says: /is not JSON/ },
    { what: 'a list', content: [], says: /must hold an object/ },
    { what: 'no documents', content: { questions }, says: /`documents` must be a list/ },
    {
      what: 'an id twice',
      content: { documents: [documents[1], documents[1]], questions },
      says: /'en2' twice/,
    },
    {
      what: 'neither text nor path',
      content: { documents: [{ id: 'a', language: 'en' }], questions },
      says: /either `text` or `path`/,
    },
    {
      what: 'a missing file',
      content: { documents: [{ id: 'a', language: 'en', path: 'none.md' }], questions },
      says: /Document 'a'/,
    },
    {
      what: 'no language',
      content: { documents: [{ id: 'a', text: 'b' }], questions },
      says: /`documents\[0\]\.language`/,
    },
    {
      what: 'an unknown answer',
      content: { documents: [documents[1]], questions },
      says: /`questions\[0\]\.relevant` names "en1"/,
    },
    {
      what: 'no text',
      content: { documents, questions: [{ id: 'q', language: 'en', relevant: [] }] },
      says: /`questions\[0\]\.text`/,
    },
  ])('should be refused with $what, naming the place', async ({ content, says }) => {
    const read = readQuestionSet(await temporaryFile(content));
    await expect(read).rejects.toThrow(says);
    await expect(read).rejects.toMatchObject({ name: 'QuestionSetError' });
  });
});

it('should read the handbook so that every answer is a document, and the splits share no question', async () => {
  const [development, test] = [await readHandbook('development'), await readHandbook('test')];
  const ids = new Set(development.documents.map(({ document }) => document.id));
  for (const { questions: asked } of [development, test]) {
    expect(asked.length).toBeGreaterThan(50);
    for (const { relevant } of asked) for (const id of relevant) expect(ids).toContain(id);
  }
  const inTest = new Set(test.questions.map(({ id }) => id));
  expect(development.questions.some(({ id }) => inTest.has(id))).toBe(false);
});
