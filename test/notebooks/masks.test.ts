import { describe, expect, it } from 'vitest';
import type { Output } from '../../kernel/client/output-area.ts';
import { comparableOutputs, maskPattern } from '../../tools/notebooks/masks.ts';

const printed = (text: string): Output => ({ output_type: 'stream', name: 'stdout', text });
const html = (text: string): Output => ({
  output_type: 'display_data',
  data: { 'text/html': text },
  metadata: {},
});
const comparable = (output: Output, settings = {}) =>
  comparableOutputs([output], settings, '/home/me/course');
const uri = (svg: string) => `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;

describe('comparableOutputs', () => {
  it.each([
    ['in 12.5 ms', 'in   7 ms'],
    ['3 s of 10 s', '4.25 s of 9 s'],
    ['12 MB', '380 MB'],
    ['81 tokens/s', '1200 tokens/s'],
    ['http://127.0.0.1:41233/v1', 'http://127.0.0.1:80/v1'],
    ['用了 12 毫秒', '用了 3 毫秒'],
  ])('takes «%s» and «%s» for the same', (one, other) => {
    expect(comparable(printed(one))).toBe(comparable(printed(other)));
    expect(comparable(printed(one))).toMatch(/‹\w+›/);
  });

  it.each([
    ['12 chunks', '13 chunks'],
    ['0.91', '0.92'],
    ['2 sources', '3 sources'],
    ['3 sentences', '4 sentences'],
    ['port 80', 'port 81'],
  ])('tells «%s» from «%s»', (one, other) => {
    expect(comparable(printed(one))).not.toBe(comparable(printed(other)));
  });

  it('shows the checkout where its path stood', () => {
    expect(comparable(printed('/home/me/course/corpus/a.md'))).toBe('[stdout]\n‹checkout›/corpus/a.md');
  });

  it('compares pictures by title and size unless the cell wants them exact', () => {
    const draw = (title: string, mark: string) =>
      html(
        `<img src="${uri(`<svg width="10" height="5"><title>${title}</title><path d="${mark}"/></svg>`)}" alt="x">`,
      );
    expect(comparable(draw('Delays', 'M0'))).toBe(comparable(draw('Delays', 'M1')));
    expect(comparable(draw('Delays', 'M0'))).toContain('‹image/svg+xml 10×5 «Delays»›');
    expect(comparable(draw('Delays', 'M0'))).not.toBe(comparable(draw('Waits', 'M0')));
    const exact = { images: 'exact' } as const;
    expect(comparable(draw('Delays', 'M0'), exact)).not.toBe(comparable(draw('Delays', 'M1'), exact));
  });

  it('tells outputs of one kind from those of another', () => {
    const error: Output = { output_type: 'error', ename: 'Error', evalue: 'x', traceback: ['Error: x'] };
    expect(comparable(error)).not.toBe(comparable(printed('Error: x')));
  });
});

describe('maskPattern', () => {
  it.each([['('], ['a*']])('refuses %s', (source) => {
    expect(() => maskPattern(source)).toThrow(RangeError);
  });
});
