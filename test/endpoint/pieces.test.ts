import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { countPieces, pieces } from '../../src/endpoint/pieces.ts';

it('should cut at words and marks, white space before its word', () => {
  expect([...pieces('It stops early. [1]')]).toEqual(['It', ' stops', ' early', '.', ' [', '1', ']']);
});

it('should cut Chinese into words', () => {
  expect([...pieces('读者停下来。')].length).toBeGreaterThan(2);
});

it('should lose nothing, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const all = [...pieces(text)];
      expect(all.join('')).toBe(text);
      expect(all).not.toContain('');
      expect(countPieces(text)).toBe(all.length);
    }),
  );
});
