import { describe, expect, it } from 'vitest';
import { escapeHtml, htmlTable, picture, progressBar, timeline } from '../../src/workbook/index.ts';

const spans = [
  { name: 'search', start: 1000, end: 1012.5 },
  { name: 'first <token>', start: 1012.5, end: 1200 },
];

/** The SVG inside an `<img>`. */
function svgOf(html: string): string {
  const data = /src="data:image\/svg\+xml;base64,([^"]+)"/.exec(html)?.[1];
  return Buffer.from(data ?? '', 'base64').toString();
}

describe('timeline', () => {
  it('should draw one bar a span, from the earliest start, with its data as a table', () => {
    const html = timeline(spans, { title: 'One question' });
    const svg = svgOf(html);
    expect(svg.match(/<rect class="c\d"/g)).toHaveLength(2);
    const bars = [...svg.matchAll(/<rect class="c\d" x="([\d.]+)" y="\d+" width="([\d.]+)"/g)].map((bar) =>
      bar.slice(1).map(Number),
    );
    const [left, width] = bars[0]!;
    expect(left).toBe(150);
    expect(bars[1]![0]).toBeCloseTo(left! + width!, 0);
    expect(bars[1]![1]! / width!).toBeCloseTo(187.5 / 12.5, 0);
    expect(html).toContain('<td style="text-align:left;vertical-align:top">188 ms</td>');
  });

  it('should be an image with title, description and alternative text, readable in light and dark', () => {
    const html = timeline(spans, { title: 'One question' });
    const svg = svgOf(html);
    expect(svg).toContain('<title>One question</title>');
    expect(svg).toContain('A timeline of 2 stages over 200 ms: search 13 ms, first &lt;token&gt; 188 ms.');
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(html).toContain('alt="One question. A timeline of 2 stages');
    expect(html).not.toContain('<svg');
  });

  it('should refuse no spans, a span that ends before it starts, and a width that holds nothing', () => {
    expect(() => timeline([], { title: '' })).toThrow(/at least one span/);
    expect(() => timeline([{ name: 'x', start: 2, end: 1 }], { title: '' })).toThrow(
      /Span 'x' must end.*got 2 to 1/,
    );
    expect(() => timeline(spans, { title: '', width: 3 })).toThrow(
      /`width` must be a number from 320 up, got 3/,
    );
  });
});

describe('html', () => {
  it('should never let text become markup', () => {
    const hostile = `"><script>alert('1')</script>&`;
    const html =
      htmlTable([hostile], [[hostile, 7]]) +
      progressBar({ done: 1, total: 2, what: hostile }) +
      picture({
        title: hostile,
        description: hostile,
        width: 1,
        height: 1,
        body: '',
        table: { header: [], rows: [] },
      });
    expect(html).not.toContain('<script');
    expect(svgOf(html)).not.toContain('<script');
    expect(escapeHtml(hostile)).toBe('&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;');
  });

  it('should show progress and refuse more than all', () => {
    expect(progressBar({ done: 3, total: 9, what: 'chunks' })).toContain('3 of 9 chunks');
    expect(() => progressBar({ done: 10, total: 9, what: '' })).toThrow(
      /`done` must be from 0 to `total` \(9\), got 10/,
    );
  });
});
