import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { chunkDocuments } from '../../src/chunking/chunk-documents.ts';
import type { Chunker } from '../../src/chunking/chunker.ts';
import { fixedChunker } from '../../src/chunking/fixed-chunker.ts';
import { markdownChunker } from '../../src/chunking/markdown-chunker.ts';
import { recursiveChunker } from '../../src/chunking/recursive-chunker.ts';
import { semanticChunker, type SentenceEmbedder } from '../../src/chunking/semantic-chunker.ts';
import { sentenceChunker } from '../../src/chunking/sentence-chunker.ts';
import { tokenChunker } from '../../src/chunking/token-chunker.ts';
import { modelTokenizer } from '../../src/chunking/tokenizer.ts';
import { decodePieces } from '../../src/documents/stream-text.ts';
import { toArray } from '../../src/iter/to-array.ts';
import { encode } from '../documents/encode.ts';
import { letterEmbedder } from './chunkers.ts';

const texts = async (chunker: Chunker, text: string) =>
  (await toArray(chunker.chunk(text))).map((chunk) => chunk.text);

describe('recursiveChunker', () => {
  it('should prefer paragraphs to lines, lines to sentences, sentences to words', async () => {
    const chunker = recursiveChunker({ size: 20, overlap: 0 });
    expect(await texts(chunker, 'One two three.\n\nFour. Five\nsix')).toEqual([
      'One two three.',
      'Four. Five\nsix',
    ]);
    expect(await texts(chunker, 'One two three\nfour. Five six seven')).toEqual([
      'One two three',
      'four. Five six seven',
    ]);
    expect(await texts(chunker, 'One two. Three! Four five six')).toEqual([
      'One two. Three!',
      'Four five six',
    ]);
    expect(await texts(chunker, 'One two three four five')).toEqual(['One two three four', 'five']);
    expect(await texts(chunker, 'version 3.14159265358979 is out')).toEqual([
      'version',
      '3.14159265358979 is',
      'out',
    ]);
  });

  it('should cut Chinese after its marks, never before a closing one', async () => {
    const chunker = recursiveChunker({ size: 12, overlap: 0 });
    expect(await texts(chunker, '潮汐是海水的涨落。月亮在转。他说：“是的。”后来')).toEqual([
      '潮汐是海水的涨落。',
      '月亮在转。他说：',
      '“是的。”后来',
    ]);
    expect(await texts(recursiveChunker({ size: 5, overlap: 0 }), '海水涨落序》，月')).toEqual([
      '海水涨落',
      '序》，月',
    ]);
  });

  it('should begin an overlap at a sentence, else at a word', async () => {
    expect(
      await texts(recursiveChunker({ size: 24, overlap: 12 }), 'Alpha beta. Gamma del. Epsilon zeta eta'),
    ).toEqual(['Alpha beta. Gamma del.', 'Gamma del. Epsilon zeta', 'zeta eta']);
  });

  it('should keep grapheme clusters whole where asked, as far as they fit', async () => {
    const family = '👩‍👩‍👧‍👦';
    const chunks = await texts(
      recursiveChunker({ size: 25, overlap: 0, keepGraphemes: true }),
      family.repeat(4),
    );
    expect(chunks).toEqual([family.repeat(2), family.repeat(2)]);
    const flags = await texts(fixedChunker({ size: 6, overlap: 0, keepGraphemes: true }), '🇫🇷🇩🇪🇯🇵');
    expect(flags).toEqual(['🇫🇷', '🇩🇪', '🇯🇵']);
  });

  it('should begin where the content of a document begins', async () => {
    const text = '---\ntitle: x\n---\nBody.';
    const [chunk] = await toArray(
      recursiveChunker().chunk({ id: 'a', text, metadata: {}, contentStart: 17 }),
    );
    expect(chunk).toMatchObject({ start: 17, text: 'Body.' });
  });

  it.each([
    [{ size: 1 }, /`size` must be an integer from 2 to 268435456, got 1/],
    [{ size: 10, overlap: 9 }, /`overlap` must be an integer from 0 to 8, got 9/],
    [{ size: Number.NaN }, /got NaN/],
  ])('should refuse %j', (options, message) => {
    for (const make of [recursiveChunker, fixedChunker, markdownChunker, sentenceChunker])
      expect(() => make(options)).toThrow(message);
  });

  it('should refuse what is no text when it is called', () => {
    expect(() => recursiveChunker().chunk(undefined as never)).toThrow(
      /`source` must be a document or pieces/,
    );
    expect(() => recursiveChunker().chunk({ id: 'x' } as never)).toThrow(/`text` or `pieces`/);
    expect(() => recursiveChunker().chunk({ id: 'x', pieces: 5 } as never)).toThrow(/`source.pieces`/);
  });

  it('should let the event loop turn while it cuts a long text', async () => {
    const text = 'The sea rises and falls twice a day. '.repeat(100_000);
    let turns = 0;
    const work = { done: false };
    const counting = (async () => {
      while (!work.done) {
        await nextTurn();
        turns += 1;
      }
    })();
    let chunks = 0;
    for await (const _chunk of recursiveChunker({ size: 50 }).chunk(text)) chunks += 1;
    work.done = true;
    await counting;
    expect(chunks).toBeGreaterThan(70_000);
    expect(turns).toBeGreaterThan(3);
  });
});

describe('markdownChunker', () => {
  const chunker = markdownChunker({ size: 120, overlap: 20 });

  it('should give each chunk the headings above it and never reach into the next section', async () => {
    const text =
      '# A\n\nOne.\n\n## B\n\n### C\n\nTwo.\n\n## D\nThree.\n\nSetext\n===\n\nFour.\n\nSub\n---\nFive.';
    const chunks = await toArray(chunker.chunk(text));
    expect(chunks.map((chunk) => [chunk.metadata['headings'], chunk.text])).toEqual([
      [['A'], '# A\n\nOne.'],
      [['A', 'B', 'C'], '## B\n\n### C\n\nTwo.'],
      [['A', 'D'], '## D\nThree.'],
      [['Setext'], 'Setext\n===\n\nFour.'],
      [['Setext', 'Sub'], 'Sub\n---\nFive.'],
    ]);
  });

  it('should keep fenced code and tables whole where they fit, and see no heading in code', async () => {
    const code = `\`\`\`sh\n# not a heading\n${'run --this\n'.repeat(7)}\`\`\``;
    const table = `| a | b |\n|---|---|\n${'| 1 | 2 |\n'.repeat(8)}`.trimEnd();
    expect(await texts(chunker, `Some text before it.\n\n${code}\n\nText.\n\n${table}\n\nEnd.`)).toEqual([
      'Some text before it.',
      `${code}\n\nText.`,
      `${table}\n\nEnd.`,
    ]);
  });

  it('should cut code that does not fit between its lines, and know that it is still code', async () => {
    const code = `\`\`\`sh\n${'# comment\n'.repeat(30)}\`\`\`\n\n# Heading\n\nText.`;
    const chunks = await toArray(markdownChunker({ size: 100, overlap: 0 }).chunk(code));
    for (const chunk of chunks.slice(0, -1)) {
      expect(chunk.metadata['headings']).toEqual([]);
      expect(chunk.text).toMatch(/(comment|```)$/);
    }
    expect(chunks.at(-1)).toMatchObject({ text: '# Heading\n\nText.', metadata: { headings: ['Heading'] } });
  });

  it('should keep the indentation of code, and leave front matter out', async () => {
    const chunks = await texts(chunker, '---\ntitle: x\n---\n\n    indented code\n');
    expect(chunks).toEqual(['    indented code']);
    expect(await texts(chunker, '---\n\nA rule above.')).toEqual(['---\n\nA rule above.']);
  });
});

describe('sentenceChunker', () => {
  it('should cut between sentences of English and Chinese, not after abbreviations', async () => {
    const one = sentenceChunker({ size: 48, overlap: 0 });
    expect(
      await texts(one, 'Dr. Smith met J. R. Jones, e.g. at No. 5. He left. Then it rained, as ever.'),
    ).toEqual(['Dr. Smith met J. R. Jones, e.g. at No. 5.', 'He left. Then it rained, as ever.']);
    expect(
      await texts(sentenceChunker({ size: 16, overlap: 0 }), '潮汐是海水的涨落。月亮在转！太阳呢？他走了。'),
    ).toEqual(['潮汐是海水的涨落。月亮在转！', '太阳呢？他走了。']);
  });

  it('should not take a wrapped line for the end of a sentence', async () => {
    const wrapped = 'The tide rises and\nfalls twice a day. It\nfollows the moon.';
    expect(await texts(sentenceChunker({ size: 40, overlap: 0 }), wrapped)).toEqual([
      'The tide rises and\nfalls twice a day.',
      'It\nfollows the moon.',
    ]);
  });

  it('should repeat whole sentences as overlap', async () => {
    const chunks = await texts(
      sentenceChunker({ size: 24, overlap: 10 }),
      'Aa bb cc dd. Ee. Ff. Gg hh ii jj kk. Ll.',
    );
    expect(chunks).toEqual(['Aa bb cc dd. Ee. Ff.', 'Ee. Ff. Gg hh ii jj kk.', 'Ll.']);
  });

  it('should refuse a language that is none', () => {
    expect(() => sentenceChunker({ language: 'not a tag' })).toThrow(/`language` must be a BCP 47 tag/);
  });
});

describe('tokenChunker', () => {
  it("should keep to the limit as the bundled model's own tokenizer counts", async () => {
    const folder = fileURLToPath(new URL('../../models/minilm-bilingual-v1', import.meta.url));
    const tokenizer = await modelTokenizer(folder);
    const text =
      'The tide rises and falls twice a day. 潮汐是海水的周期性涨落现象。Antidisestablishmentarianism 🌊! '.repeat(
        20,
      );
    const chunks = await texts(tokenChunker({ tokenizer, tokens: 64 }), text);
    const counts = chunks.map((chunk) => tokenizer.count(chunk));
    expect(Math.max(...counts)).toBeLessThanOrEqual(64);
    // Full, as far as the borders allow: no chunk but the last is less than half of it.
    expect(Math.min(...counts.slice(0, -1))).toBeGreaterThanOrEqual(32);
    expect(tokenChunker({ tokenizer, tokens: 64 }).name).toBe('token-minilm-bilingual-v1-64-6');
  });

  it('should say which tokenizer could not be loaded', async () => {
    await expect(modelTokenizer(fileURLToPath(new URL('.', import.meta.url)))).rejects.toThrow(
      /The tokenizer of .* could not be loaded/,
    );
  });

  it('should refuse bad options', () => {
    const tokenizer = { name: 'x', count: () => 1 };
    expect(() => tokenChunker({ tokenizer, tokens: 7 })).toThrow(/`tokens`/);
    expect(() => tokenChunker({ tokenizer, tokens: 10, overlap: 6 })).toThrow(/`overlap`/);
    expect(() => tokenChunker({ tokenizer: {} as never })).toThrow(/`tokenizer.count` must be a function/);
  });
});

describe('semanticChunker', () => {
  it('should cut where the subject changes', async () => {
    const chunker = semanticChunker({ embedder: letterEmbedder, size: 50, minSize: 10 });
    expect(await texts(chunker, 'Aaa aab aba. Aab aaa baa. Xyz xyy zzy. Zxy xyz yyx. Yzx xxy.')).toEqual([
      'Aaa aab aba. Aab aaa baa.',
      'Xyz xyy zzy. Zxy xyz yyx. Yzx xxy.',
    ]);
  });

  it('should cut at a strong change though there is room, where a threshold asks for it', async () => {
    const text = 'Aaa aab aba. Xyz xyy zzy.';
    expect(await texts(semanticChunker({ embedder: letterEmbedder }), text)).toEqual([text]);
    const strict = semanticChunker({ embedder: letterEmbedder, minSize: 5, threshold: 0.5 });
    expect(await texts(strict, text)).toEqual(['Aaa aab aba.', 'Xyz xyy zzy.']);
  });

  it('should pass on what the embedder throws, and notice one that gives too little', async () => {
    const failing: SentenceEmbedder = {
      model: 'x',
      // oxlint-disable-next-line require-yield -- it fails before its first vector
      async *embed() {
        throw new Error('no model');
      },
    };
    await expect(texts(semanticChunker({ embedder: failing }), 'Text.')).rejects.toThrow('no model');
    const short = { model: 'x', async *embed() {} };
    await expect(texts(semanticChunker({ embedder: short }), 'Text.')).rejects.toThrow(/fewer vectors/);
  });
});

describe('byte offsets', () => {
  it.each(['gb18030', 'shift_jis', 'big5', 'utf-16le', 'windows-1252'])(
    'should be right in %s, from a stream',
    async (encoding) => {
      const text =
        encoding === 'windows-1252'
          ? 'La marée monte. Coût: 5 €. '.repeat(20)
          : 'The 月 and 海 rise. 日本海。'.repeat(20);
      const bytes = encoding === 'utf-16le' ? Buffer.from(text, 'utf16le') : encode(text, encoding);
      const pieces = decodePieces([bytes.subarray(0, 33), bytes.subarray(33)], { encoding });
      const chunks = await toArray(recursiveChunker({ size: 50, overlap: 10 }).chunk({ id: 'a', pieces }));
      expect(chunks.length).toBeGreaterThan(5);
      for (const chunk of chunks)
        expect(new TextDecoder(encoding).decode(bytes.subarray(chunk.startByte, chunk.endByte))).toBe(
          chunk.text,
        );
    },
  );
});

describe('chunkDocuments', () => {
  it('should cut one document after the other and pull the next only when it is needed', async () => {
    let pulled = 0;
    function* documents() {
      for (const id of ['a', 'b', 'c']) {
        pulled += 1;
        yield { id, text: 'One two. Three four.', metadata: { source: id } };
      }
    }
    const stream = chunkDocuments(documents(), recursiveChunker({ size: 10, overlap: 0 }));
    const ids: string[] = [];
    for await (const chunk of stream) {
      ids.push(chunk.id);
      if (chunk.id === 'b#0') break;
    }
    expect(ids).toEqual(['a#0', 'a#1', 'a#2', 'b#0']);
    expect(pulled).toBe(2);
  });
});
