import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CitedEvent, CitationReader } from '../../src/generation/citations.ts';
import type { PromptSource } from '../../src/generation/prompt.ts';

const document = [
  'Before the chunk. The kettle boils in three minutes. It is loud,\n  and it is old. 这个水壶很旧。它在厨房里。',
  'The bridge was built in 1874. It carries two lanes.',
];

function sourceOf(number: number, documentIndex: number, from: number): PromptSource {
  const text = document[documentIndex]!.slice(from);
  const id = `d${documentIndex}`;
  const chunk = {
    id: `${id}#0`,
    documentId: id,
    index: 0,
    start: from,
    end: from + text.length,
    text,
    metadata: {},
  };
  return { number, chunk, score: 1, text };
}

const sources = [sourceOf(1, 0, 18), sourceOf(2, 1, 0)];

function read(pieces: Iterable<string>): CitedEvent[] {
  const reader = new CitationReader(sources);
  return [...[...pieces].flatMap((piece) => [...reader.push(piece)]), ...reader.flush()];
}

const textOf = (events: readonly CitedEvent[]) =>
  events.map((event) => (event.type === 'text' ? event.text : '')).join('');
const cited = (events: readonly CitedEvent[]) =>
  events.flatMap((event) => (event.type === 'citation' ? [[event.number, event.text, event.exact]] : []));

describe('CitationReader', () => {
  it('points to the sentence in the document that the answer quotes', () => {
    const events = read(['The kettle boils in three minutes. [1] The bridge was built in 1874. [2]']);
    expect(events.filter(({ type }) => type === 'citation')).toEqual([
      {
        type: 'citation',
        number: 1,
        documentId: 'd0',
        chunkId: 'd0#0',
        start: 18,
        end: 52,
        text: 'The kettle boils in three minutes.',
        exact: true,
      },
      {
        type: 'citation',
        number: 2,
        documentId: 'd1',
        chunkId: 'd1#0',
        start: 0,
        end: 29,
        text: 'The bridge was built in 1874.',
        exact: true,
      },
    ]);
    expect(textOf(events)).toBe('The kettle boils in three minutes. [1] The bridge was built in 1874. [2]');
  });

  it('finds a quotation whatever its white space, and keeps the white space of the document', () => {
    expect(cited(read(['It is loud, and it is old. [1]']))).toEqual([
      [1, 'It is loud,\n  and it is old.', true],
    ]);
  });

  it('finds Chinese quotations, full-width marks and markers before the full stop', () => {
    expect(cited(read(['这个水壶很旧【1】。它在厨房里[1]。']))).toEqual([
      [1, '这个水壶很旧', true],
      [1, '它在厨房里', true],
    ]);
  });

  it('quotes a sentence that begins with a mark from its mark on, whatever stood before', () => {
    const text = 'One sentence here. `fetch` listens by itself. **Both** of them stop.';
    const chunk = { id: 'm#0', documentId: 'm', index: 0, start: 0, end: text.length, text, metadata: {} };
    const reader = new CitationReader([{ number: 1, chunk, score: 1, text }]);
    const answer = 'One sentence here. [1] `fetch` listens by itself. [1]. **Both** of them stop. [1]';
    const events = answer.split('').flatMap((unit) => [...reader.push(unit)]);
    expect(cited(events)).toEqual([
      [1, 'One sentence here.', true],
      [1, '`fetch` listens by itself.', true],
      [1, '**Both** of them stop.', true],
    ]);
  });

  it('gives the nearest sentence when the answer uses its own words, and the whole source when none is near', () => {
    expect(cited(read(['That bridge was erected in 1874. [2] Nobody knows why. [2]']))).toEqual([
      [2, 'The bridge was built in 1874.', false],
      [2, document[1]!, false],
    ]);
  });

  it('takes several sources for one sentence', () => {
    for (const markers of ['[1][2]', '[1] [2]', '[1, 2]', '[1，2]']) {
      const events = read([`The bridge was built in 1874. ${markers} It carries two lanes. [2]`]);
      expect(cited(events)).toEqual([
        [1, document[0]!.slice(18), false],
        [2, 'The bridge was built in 1874.', true],
        [2, 'It carries two lanes.', true],
      ]);
    }
  });

  it('flags a source that was never given, and does not show its marker', () => {
    const events = read(['The bridge was built in 1874. [7] It carries two lanes. [2, 9]']);
    expect(events.filter(({ type }) => type === 'unknown-citation')).toEqual([
      { type: 'unknown-citation', number: 7 },
      { type: 'unknown-citation', number: 9 },
    ]);
    expect(textOf(events)).toBe('The bridge was built in 1874.  It carries two lanes. [2]');
  });

  it('leaves brackets in code, and brackets that cite nothing, as they are', () => {
    const answer = 'Call `f[1]` and [this] and [1a] and [] and\n```\nlist[2]\n```\nand [2';
    const events = read([answer]);
    expect(textOf(events)).toBe(answer);
    expect(cited(events)).toEqual([]);
  });

  it('does not let one stray backtick hide the citations of later lines', () => {
    expect(cited(read(['A ` is stray.\nThe bridge was built in 1874. [2]']))).toHaveLength(1);
  });

  it('gives text at once, but for a bracket that may become a marker', () => {
    const reader = new CitationReader(sources);
    expect([...reader.push('Loud. ')]).toEqual([{ type: 'text', text: 'Loud. ' }]);
    expect([...reader.push('[')]).toEqual([]);
    expect([...reader.push('x')]).toEqual([{ type: 'text', text: '[x' }]);
  });

  it('says the same however the answer is cut', () => {
    const answer =
      'The kettle boils in three minutes. [1] 它在厨房里。[1][2] `a[1]` Lanes [2, 8]. [x] [12345] end [';
    const expected = read([answer]);
    const merged = (events: readonly CitedEvent[]) => ({
      text: textOf(events),
      others: events.filter(({ type }) => type !== 'text'),
    });
    fc.assert(
      fc.property(fc.array(fc.nat({ max: answer.length })), (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), answer.length];
        const pieces = places.slice(1).map((end, index) => answer.slice(places[index], end));
        expect(merged(read(pieces))).toEqual(merged(expected));
      }),
    );
  });

  it('cites slices of the document, always, whatever the answer says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom(1, 2), (said, number) => {
        for (const event of read([said, ` [${number}]`])) {
          if (event.type !== 'citation') continue;
          expect(document[Number(event.documentId[1])]!.slice(event.start, event.end)).toBe(event.text);
        }
      }),
    );
  });

  it('holds back no more than a marker, however long the run of digits', () => {
    const reader = new CitationReader(sources);
    const shown = [...reader.push(`[${'1, '.repeat(10_000)}`)];
    expect(textOf(shown).length).toBeGreaterThan(29_900);
  });
});
