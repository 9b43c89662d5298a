import { describe, expect, it } from 'vitest';
import { renderAnswer } from '../../src/workbook/index.ts';

const citation = {
  type: 'citation',
  number: 1,
  documentId: 'openai/README.md',
  chunkId: 'openai/README.md#7',
  start: 100,
  end: 123,
  text: 'retried **2 times** by <b>default</b>',
  exact: true,
} as const;

describe('renderAnswer', () => {
  it('should show Markdown as it reads, and the exact place of each citation', () => {
    const html = renderAnswer({ text: 'It is retried **2 times** [1].', citations: [citation] });
    expect(html).toContain('<strong>2 times</strong> [1].');
    expect(html).toContain('100–123');
    expect(html).toContain('retried **2 times** by &lt;b&gt;default&lt;/b&gt;');
    expect(html).toContain('1 citation<');
  });

  it('should let no text of a document become markup, a link or an image', () => {
    const text = '<script>x</script> [here](javascript:alert) ![i](http://a/b.png) <http://a>';
    const html = renderAnswer({ text, citations: [] });
    expect(html).not.toMatch(/<script|<a |<img/);
    expect(html).toContain('No citations.');
  });
});
