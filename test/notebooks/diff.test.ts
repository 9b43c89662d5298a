import { describe, expect, it } from 'vitest';
import { diffLines } from '../../tools/notebooks/diff.ts';

describe('diffLines', () => {
  it('is empty for equal texts', () => {
    expect(diffLines('a\nb', 'a\nb')).toEqual([]);
  });

  it('shows what went and what came with two lines around them', () => {
    const expected = ['1', '2', '3', '4', '5', 'old', '7', '8', '9'].join('\n');
    const actual = ['1', '2', '3', '4', '5', 'new', '7', '8', '9'].join('\n');
    expect(diffLines(expected, actual)).toEqual(['  4', '  5', '- old', '+ new', '  7', '  8', '  ⋯']);
  });

  it('finds a line that was put in without touching those after it', () => {
    expect(diffLines('a\nb\nc', 'a\nx\nb\nc')).toEqual(['  a', '+ x', '  b', '  c']);
  });

  it('names the first line that differs in texts too long for a table', () => {
    const long = Array.from({ length: 3000 }, (_, index) => `line ${index}`);
    const other = [...long];
    other[2500] = 'changed';
    expect(diffLines(long.join('\n'), other.join('\n'))).toEqual(['  line 2501', '- line 2500', '+ changed']);
  });
});
