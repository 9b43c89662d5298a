import { expect, it } from 'vitest';
import { sourceSentences } from '../../src/endpoint/sentences.ts';

const texts = (markdown: string) => sourceSentences(markdown).map(({ text }) => text);

it('should split prose into sentences, in English and Chinese', () => {
  expect(
    texts('A stream is pulled. Nothing runs ahead of it!\n\n流由读者来拉取。没有什么会跑到它前面。'),
  ).toEqual([
    'A stream is pulled.',
    'Nothing runs ahead of it!',
    '流由读者来拉取。',
    '没有什么会跑到它前面。',
  ]);
});

it('should join a sentence that goes over lines, with single spaces', () => {
  expect(texts('One sentence   that goes\non over\r\nthree lines.')).toEqual([
    'One sentence that goes on over three lines.',
  ]);
});

it('should leave out headings, code, tables, rules and lone HTML, and tell the heading', () => {
  const markdown = [
    '# The title of it all',
    'The first sentence is prose.',
    '```ts',
    'const notProse = "never quoted as an answer";',
    '```',
    '| a table | has no | sentences at all |',
    '---',
    '<div align="center">',
    '## Part two ##',
    '- The first item says something.',
    '- The second item does as well.',
    '1. A numbered item counts too.',
    '> A quotation is prose, too.',
    '[link]: https://example.com/and/nothing/else',
  ].join('\n');
  expect(sourceSentences(markdown)).toEqual([
    { text: 'The first sentence is prose.', heading: 'The title of it all' },
    { text: 'The first item says something.', heading: 'Part two' },
    { text: 'The second item does as well.', heading: 'Part two' },
    { text: 'A numbered item counts too.', heading: 'Part two' },
    { text: 'A quotation is prose, too.', heading: 'Part two' },
  ]);
});

it('should not cut after an abbreviation, inside code, or before a small letter', () => {
  expect(texts('Some servers, e.g. the local one, need no key.')).toHaveLength(1);
  expect(texts('Call `next(). Then return()` to close it early.')).toHaveLength(1);
  expect(texts('It throws the reason there is. `fetch` listens by itself.')).toHaveLength(2);
  expect(texts('It takes approx. 3 seconds to start. Then it is fast.')).toHaveLength(2);
});

it('should know a slice that begins inside a code block, and leave out front matter and code without fences', () => {
  expect(texts('const a = 1; // a comment in the code\n```\nThis is prose after the block.')).toEqual([
    'This is prose after the block.',
  ]);
  expect(texts('This is prose before it.\n```ts\nconst cut = "in the middle of the block";')).toEqual([
    'This is prose before it.',
  ]);
  expect(
    texts(
      '// a comment of the code here\n```\nThis is prose.  It is here.\n```ts\nconst a = 1;\n```\nAnd this is prose.',
    ),
  ).toEqual(['And this is prose.']);
  expect(
    texts(
      "import OpenAI from 'openai';\n// A comment in the middle of code\nconst client = new OpenAI({\n})",
    ),
  ).toEqual([]);
  expect(texts('---\nid: a.md\ntitle: Some words as a title\n---\nThis is the first sentence.')).toEqual([
    'This is the first sentence.',
  ]);
  expect(
    texts('signal?.addEventListener("abort", onAbort, { once: true }); timer = setTimeout(done, ms);'),
  ).toEqual([]);
});

it('should keep the end of emphasis with what it emphasised', () => {
  expect(texts('**This is the rule here.** It holds in all cases.')).toEqual([
    '**This is the rule here.**',
    'It holds in all cases.',
  ]);
});

it('should leave out fragments, badges, and sentences too long to quote', () => {
  expect(texts('Usage.\n\n[![npm](https://img.shields.io/npm/v/x.svg)](https://npm.im/x)\n\n短句。')).toEqual(
    [],
  );
  expect(texts(`${'word '.repeat(200)}.`)).toEqual([]);
});

it('should give nothing for an empty text', () => {
  expect(sourceSentences('')).toEqual([]);
});
