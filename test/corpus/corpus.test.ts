import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { label, type Question, type SourceQuestion } from '../../corpus/label.ts';

const corpus = new URL('../../corpus/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, corpus), 'utf8');
const slugs = (language: string) =>
  readdirSync(new URL(`${language}/`, corpus))
    .map((name) => name.replace(/\.md$/, ''))
    .toSorted();

const articles = ['en', 'zh'].flatMap((language) =>
  slugs(language).map((slug) => ({ language, slug, documentId: `${language}/${slug}.md` })),
);
const questions: Question[] = JSON.parse(read('questions.json'));
const source: SourceQuestion[] = JSON.parse(read('questions.source.json'));

/** The front matter as a record, and the text after it. */
function parts(documentId: string) {
  const match = /^---\n(?<head>[\s\S]*?)\n---\n(?<body>[\s\S]*)$/.exec(read(documentId));
  const head = match?.groups?.head ?? '';
  const fields = Object.fromEntries(head.split('\n').map((line) => line.split(/: (.*)/, 2)));
  return { fields, body: match?.groups?.body ?? '' };
}

test('every article stands in both languages', () => {
  expect(slugs('en')).toEqual(slugs('zh'));
  expect(slugs('en').length).toBeGreaterThanOrEqual(26);
});

test.each(articles)('$documentId has complete front matter', ({ documentId, language, slug }) => {
  const { fields, body } = parts(documentId);
  expect(fields).toEqual({ id: documentId, title: expect.stringMatching(/\S/), language, slug });
  expect(body.startsWith(`\n# ${fields.title}\n`)).toBe(true);
});

test.each(articles)('$documentId is neither a note nor a book', ({ documentId, language }) => {
  const { body } = parts(documentId);
  const length =
    language === 'en' ? body.split(/\s+/).filter(Boolean).length : body.replaceAll(/\s/g, '').length;
  const [least, most] = language === 'en' ? [400, 900] : [800, 1800];
  expect(length).toBeGreaterThanOrEqual(least);
  expect(length).toBeLessThanOrEqual(most);
});

test('no two articles share a title', () => {
  const titles = articles.map(({ documentId }) => parts(documentId).fields.title);
  expect(new Set(titles).size).toBe(titles.length);
});

test.each(articles)('$documentId links only to articles that exist', ({ documentId, language }) => {
  const prose = parts(documentId).body.replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, '');
  const targets = [...prose.matchAll(/\]\((?<target>[^)]+)\)/g)].map((match) => match[1] ?? '');
  const dead = targets.filter((target) => !existsSync(new URL(`${language}/${target}`, corpus)));
  expect(dead).toEqual([]);
});

test('the README of the corpus links only to files that exist', () => {
  const targets = [...read('README.md').matchAll(/\]\((?<target>[^)]+)\)/g)].map((match) => match[1] ?? '');
  expect(
    targets.filter((target) => !target.startsWith('https:') && !existsSync(new URL(target, corpus))),
  ).toEqual([]);
});

test('the example in the README is a question of the handbook, with its place', () => {
  const example: Question = JSON.parse(
    /```json\n(?<json>[\s\S]*?)```/.exec(read('README.md'))?.groups?.json ?? '',
  );
  const question = questions.find(({ id }) => id === example.id);
  const places = (of?: Question) =>
    of?.relevant.map(({ documentId, start, end }) => ({ documentId, start, end }));
  expect({ ...example, relevant: places(example) }).toEqual({ ...question, relevant: places(question) });
});

test.each(questions)('$id quotes its articles exactly', ({ kind, relevant }) => {
  for (const { documentId, start, end, quote } of relevant) {
    expect(read(documentId).slice(start, end)).toBe(quote);
    expect(quote).toMatch(/\S/);
  }
  expect(relevant.length === 0).toBe(kind === 'unanswerable');
});

test.each(questions.filter(({ kind }) => kind !== 'unanswerable'))(
  '$id is answered in the languages its kind says',
  ({ kind, language, relevant }) => {
    const languages = new Set(relevant.map(({ documentId }) => documentId.slice(0, 2)));
    expect(languages).toEqual(new Set(kind === 'cross-language' ? ['en', 'zh'] : [language]));
  },
);

test('the labelled questions are what the source says today', () => {
  expect(questions).toEqual(label(source, read));
});

test('ids are unique', () => {
  expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length);
});

test('no two questions ask the same words, so that the splits share none', () => {
  const words = questions.map(({ text }) =>
    text
      .normalize('NFKC')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]/gu, ''),
  );
  expect(new Set(words).size).toBe(words.length);
});

test('no answer span serves both splits', () => {
  const spans = (split: string) =>
    questions
      .filter((question) => question.split === split)
      .flatMap(({ relevant }) => relevant.map(({ documentId, start, end }) => ({ documentId, start, end })));
  const shared = spans('development').filter((one) =>
    spans('test').some(
      (other) => other.documentId === one.documentId && other.start < one.end && one.start < other.end,
    ),
  );
  expect(shared).toEqual([]);
});

test('both splits hold every kind in both languages, and each about half of the questions', () => {
  const count = (split: string) => {
    const counts: Record<string, number> = {};
    for (const { kind, language } of questions.filter((question) => question.split === split))
      counts[`${kind} ${language}`] = (counts[`${kind} ${language}`] ?? 0) + 1;
    return counts;
  };
  const development = count('development');
  expect(Object.keys(development)).toHaveLength(6);
  expect(Object.keys(count('test')).toSorted()).toEqual(Object.keys(development).toSorted());
  for (const [group, size] of Object.entries(count('test')))
    expect(Math.abs(size - (development[group] ?? 0))).toBeLessThanOrEqual(1);
});

test('there are enough questions, at least a third of them Chinese and a third across languages', () => {
  const share = (fits: (question: Question) => boolean) => questions.filter(fits).length / questions.length;
  expect(questions.length).toBeGreaterThanOrEqual(130);
  expect(share(({ language }) => language === 'zh')).toBeGreaterThan(1 / 3);
  expect(share(({ kind }) => kind === 'cross-language')).toBeGreaterThan(1 / 3);
});

test.each([
  ['is missing', 'never written', /is not in en\/a\.md/],
  ['stands twice', 'twice', /more than once/],
  ['is empty', '', /is not in en\/a\.md/],
])('the labeller refuses a quote that %s', (_why, quote, message) => {
  const question: SourceQuestion = {
    id: 'en-1',
    language: 'en',
    kind: 'same-language',
    split: 'test',
    text: 'Where?',
    relevant: [{ documentId: 'en/a.md', quote }],
  };
  expect(() => label([question], () => 'once, twice and twice')).toThrow(message);
});

test('the labeller counts in UTF-16 units', () => {
  const question: SourceQuestion = {
    id: 'zh-1',
    language: 'zh',
    kind: 'same-language',
    split: 'test',
    text: '在哪里？',
    relevant: [{ documentId: 'zh/a.md', quote: '块' }],
  };
  expect(label([question], () => '🦊块')[0]?.relevant[0]).toEqual({
    documentId: 'zh/a.md',
    start: 2,
    end: 3,
    quote: '块',
  });
});
