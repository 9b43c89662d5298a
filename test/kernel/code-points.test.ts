import { assert, nat, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCodePoints, toUtf16 } from '../../kernel/language/code-points.ts';

describe('code points and UTF-16 units', () => {
  it.each([
    ['abc', 2, 2],
    ['名字.', 3, 3],
    ['😀.x', 2, 3],
    ['a😀😀', 3, 5],
    ['a', 9, 1],
  ])('in %j point %d is unit %d', (text, point, unit) => {
    expect(toUtf16(text, point)).toBe(unit);
  });

  it('are turned into each other and back in any text', () => {
    assert(
      property(string({ unit: 'grapheme' }), nat(20), (text, point) => {
        const known = Math.min(point, Array.from(text).length);
        return toCodePoints(text, toUtf16(text, point)) === known;
      }),
    );
  });
});
