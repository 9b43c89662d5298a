import MarkdownIt from 'markdown-it';
import type { Citation } from '../generation/citations.ts';
import { escapeHtml, htmlTable } from './html.ts';

// Documents' own HTML and links stay text: an answer quotes files that anybody may have written.
const markdown = new MarkdownIt({ html: false, linkify: false }).disable(['link', 'image', 'autolink']);

/**
 * An answer as HTML: its text read as Markdown, and under it each citation with the exact place that it rests on.
 * Nothing in the text or in a document becomes markup of its own.
 */
export function renderAnswer({
  text,
  citations,
}: {
  readonly text: string;
  readonly citations: readonly Citation[];
}): string {
  const rows = citations.map(({ number, documentId, start, end, text: quote }) => [
    `[${number}]`,
    documentId,
    `${start}–${end}`,
    quote,
  ]);
  const places =
    rows.length === 0
      ? '<p>No citations.</p>'
      : `<details open><summary>${escapeHtml(`${rows.length} ${rows.length === 1 ? 'citation' : 'citations'}`)}</summary>` +
        `${htmlTable(['', 'document', 'from–to', 'the text there'], rows)}</details>`;
  return `<blockquote>${markdown.render(text)}</blockquote>${places}`;
}
