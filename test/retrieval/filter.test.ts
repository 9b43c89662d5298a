import { describe, expect, it } from 'vitest';
import { checkFilter, type Filter, matchesFilter } from '../../src/retrieval/filter.ts';

const metadata = { language: 'zh', year: 2024, date: '2024-05-01', tags: ['streams', 'node'], draft: false };

describe('a filter on metadata', () => {
  const cases: [string, Filter, boolean][] = [
    ['equality', { field: 'language', equals: 'zh' }, true],
    ['equality of another value', { field: 'language', equals: 'en' }, false],
    ['equality is strict about types', { field: 'year', equals: '2024' }, false],
    ['a boolean', { field: 'draft', equals: false }, true],
    ['a field that is not there', { field: 'missing', equals: false }, false],
    ['one element of a list', { field: 'tags', equals: 'node' }, true],
    ['a set', { field: 'language', in: ['en', 'zh'] }, true],
    ['an empty set matches nothing', { field: 'language', in: [] }, false],
    ['a range, bounds included', { field: 'year', from: 2024, to: 2024 }, true],
    ['an open range', { field: 'year', from: 2025 }, false],
    ['a range of dates as strings', { field: 'date', from: '2024-04-30', to: '2024-12-31' }, true],
    ['a number range on a string field', { field: 'date', from: 0 }, false],
    ['the document itself', { field: 'documentId', equals: 'a.md' }, true],
    [
      'and',
      {
        and: [
          { field: 'year', equals: 2024 },
          { field: 'language', equals: 'en' },
        ],
      },
      false,
    ],
    ['an empty `and` holds', { and: [] }, true],
    [
      'or',
      {
        or: [
          { field: 'year', equals: 1 },
          { field: 'language', equals: 'zh' },
        ],
      },
      true,
    ],
    ['an empty `or` does not', { or: [] }, false],
    ['not', { not: { field: 'language', equals: 'zh' } }, false],
    ['not of a missing field', { not: { field: 'missing', equals: 1 } }, true],
  ];
  for (const [name, filter, expected] of cases) {
    it(`${name}: ${expected}`, () => {
      checkFilter(filter);
      expect(matchesFilter(filter, 'a.md', metadata)).toBe(expected);
    });
  }

  const refused: unknown[] = [
    null,
    'language',
    [],
    {},
    { field: '' },
    { field: 'a' },
    { field: 'a', equals: null },
    { field: 'a', equals: Number.NaN },
    { field: 'a', in: 'x' },
    { field: 'a', in: [{}] },
    { field: 'a', equals: 1, in: [1] },
    { field: 'a', from: 1, to: '2' },
    { field: 'a', matches: 'x' },
    { and: { field: 'a', equals: 1 } },
    { and: [], or: [] },
    { or: [{ field: 'a' }] },
    { not: [] },
    { not: { field: 'a', equals: 1 }, and: [] },
  ];
  for (const filter of refused) {
    it(`refuses ${JSON.stringify(filter)}`, () => {
      expect(() => checkFilter(filter)).toThrow(TypeError);
    });
  }
});
