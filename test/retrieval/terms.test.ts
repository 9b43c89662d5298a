import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { fold, termsOf } from '../../src/retrieval/terms.ts';

it.each([
  { written: 'Ｆｕｌｌ　Ｗｉｄｔｈ１２３', folded: 'full width123' },
  { written: 'Café NAÏVE', folded: 'cafe naive' },
  { written: 'Straße ﬁle', folded: 'strasse file' },
  { written: 'ｶﾞ が', folded: 'ガ が' },
  { written: '①', folded: '1' },
])('should fold $written', ({ written, folded }) => {
  expect(fold(written)).toBe(folded);
});

it('should fold what is folded to itself', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => fold(fold(text)) === fold(text)));
});

it.each([
  { text: 'Why does the cache keep cached callers?', terms: ['cach', 'keep', 'cach', 'caller'] },
  {
    text: "The reader's AbortSignal.timeout(5000) isn't heard",
    terms: ['reader', 'abortsign', 'timeout', '5000', 'heard'],
  },
  { text: '为什么生成器会暂停？', terms: ['器', '生成', '成器', '暂停'] },
  { text: 'HTTP 状态码 429', terms: ['http', '码', '状态', '态码', '429'] },
  { text: '使用yield暂停', terms: ['使用', 'yield', '暂停'] },
  { text: 'how do I', terms: [] },
  { text: '，。？!', terms: [] },
  { text: '', terms: [] },
])('should find the terms of $text', ({ text, terms }) => {
  expect(termsOf(text).toSorted()).toEqual(terms.toSorted());
});

it('should leave words as they are, and keep every one, when asked', () => {
  expect(termsOf('how caching works', { stemming: false, stopWords: false })).toEqual([
    'how',
    'caching',
    'works',
  ]);
  expect(termsOf('为什么', { stopWords: false })).toContain('为什');
});

it('should find a Chinese word in a text that the segmenter cuts elsewhere', () => {
  const inText = termsOf('研究生命起源');
  for (const term of termsOf('生命')) expect(inText).toContain(term);
  for (const term of termsOf('研究生')) expect(inText.some((other) => other.startsWith(term[0]!))).toBe(true);
});

it('should never give an empty term, and never half a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) =>
      termsOf(text.toWellFormed()).every((term) => term !== '' && term.isWellFormed()),
    ),
  );
});
