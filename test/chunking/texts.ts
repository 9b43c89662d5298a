import * as fc from 'fast-check';

/** What a text may be made of: every kind of character that a chunker could cut wrongly. */
const parts = [
  'word',
  'Sentence ends.',
  'Dr. Smith asked: "Why?"',
  ' ',
  '  ',
  '\n',
  '\r\n',
  '\n\n',
  '\t',
  '潮汐是海水的涨落。',
  '月亮，太阳；',
  '「海」',
  'ひるまの海。カー',
  '🌊',
  '👩‍👩‍👧‍👦',
  '🇫🇷🇩🇪',
  'e\u0301o\u0302',
  'a\u0323\u0308',
  '𠮷野家',
  '# Heading\n',
  '## Deeper\n\n',
  '```ts\nconst x = 1;\n\nreturn x;\n```\n',
  '| a | b |\n|---|---|\n| 1 | 2 |\n',
  '- item\n',
  '---\n',
  'x'.repeat(70),
  '    code\n',
  '\u00a0',
  '\u2028',
  '…',
  '.',
  '\uD83D',
  '\uDE00',
] as const;

/** Texts of English, Chinese, emoji, combining marks, CRLF, Markdown, and halves of surrogate pairs. */
export const anyText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...parts) }, { weight: 1, arbitrary: fc.string() }),
    {
      maxLength: 60,
    },
  )
  .map((pieces) => pieces.join(''));

/** A text in pieces of these sizes, over and over. */
export function* cutUp(text: string, sizes: readonly number[]): Generator<string> {
  for (let at = 0, index = 0; at < text.length; index += 1) {
    const size = sizes[index % sizes.length]!;
    yield text.slice(at, at + size);
    at += size;
  }
}

export const pieceSizes: fc.Arbitrary<number[]> = fc.array(fc.integer({ min: 1, max: 200 }), {
  minLength: 1,
  maxLength: 6,
});
