import MarkdownIt, { type Token } from 'markdown-it';
import anchor from 'markdown-it-anchor';
import container from 'markdown-it-container';
import footnote from 'markdown-it-footnote';
import math from 'markdown-it-math/temml';
import { escapeHtml } from './escape.ts';
import type { Highlight } from './highlight.ts';
import { alerts, taskLists } from './markdown-rules.ts';
import { sanitiseProse } from './sanitise.ts';

/** What one text needs to know of its page. */
export interface TextPlace {
  /** Where a link of the text leads from the page; undefined if the site has no such page: its words stay, unlinked. */
  readonly link: (href: string) => string | undefined;
  /** Goes before every id, so that texts can share a page. @default '' */
  readonly idPrefix?: string;
  /** Ids given so far on the page; grows. */
  readonly ids: Set<string>;
}

export type RenderMarkdown = (markdown: string, place: TextPlace) => string;

/** Notes that authors set off: `::: note`, and GitHub's `> [!NOTE]`. */
export const noteKinds = ['note', 'tip', 'important', 'warning', 'caution'] as const;

/** The slug that GitHub gives a heading, so that one link serves both. */
export function slugOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

/** Markdown as harmless HTML: headings with links, notes, footnotes, task lists, maths as MathML, coloured code. */
export function createMarkdown(highlight: Highlight): RenderMarkdown {
  let place: TextPlace | undefined;
  const markdown = new MarkdownIt({ html: true, linkify: false, typographer: false });
  markdown.use(anchor, {
    slugify: slugOf,
    level: [1, 2, 3, 4],
    permalink: anchor.permalink.headerLink({ class: 'heading-link' }),
    // A heading that a link leads to is no thing to operate.
    tabIndex: false,
    getTokensText: (tokens) =>
      tokens
        .filter(({ type }) => type === 'text' || type === 'code_inline')
        .map(({ content }) => content)
        .join(''),
  });
  markdown.use(footnote);
  for (const kind of noteKinds) markdown.use(container, kind, { render: renderNote });
  markdown.use(math);
  markdown.use(taskLists);
  markdown.use(alerts);

  markdown.renderer.rules['fence'] = (tokens, index) => {
    const { content, info } = tokens[index]!;
    return codeBlock(content, info.trim().split(/\s+/)[0] ?? '', highlight);
  };
  markdown.renderer.rules['code_block'] = (tokens, index) => codeBlock(tokens[index]!.content, '', highlight);
  markdown.renderer.rules['table_open'] = () =>
    '<div class="scroll" role="group" tabindex="0" aria-label="Table"><table>';
  markdown.renderer.rules['table_close'] = () => '</table></div>';
  markdown.core.ruler.push('course_links', (state) => {
    for (const block of state.tokens) {
      if (block.type === 'heading_open') uniqueId(block, place!);
      const unlinked: boolean[] = [];
      for (const token of block.children ?? []) {
        if (token.type === 'link_open') {
          const href = String(token.attrGet('href') ?? '');
          const isOwn = token.attrGet('class') === 'heading-link';
          const target = isOwn ? href : place!.link(href);
          unlinked.push(target === undefined);
          if (target === undefined) {
            token.tag = 'span';
            token.attrs = [['class', 'no-page']];
          } else token.attrSet('href', target);
        } else if (token.type === 'link_close' && unlinked.pop()) token.tag = 'span';
        else if (token.type === 'image') {
          const source = place!.link(String(token.attrGet('src') ?? ''));
          if (source === undefined) {
            token.type = 'text';
            token.content = '';
          } else {
            token.attrSet('src', source);
            token.attrSet('loading', 'lazy');
          }
        }
      }
    }
    return true;
  });

  /** Heading and its own link get the page's next free id. */
  function uniqueId(heading: Token, at: TextPlace) {
    const wanted = `${at.idPrefix ?? ''}${heading.attrGet('id') || 'section'}`;
    let id = wanted;
    for (let count = 1; at.ids.has(id); count++) id = `${wanted}-${count}`;
    at.ids.add(id);
    heading.attrSet('id', id);
  }

  return (text, at) => {
    place = at;
    try {
      const html = markdown.render(text, at.idPrefix ? { docId: at.idPrefix } : {});
      // The link inside a heading was made before its id was known to be free.
      const linked = html.replace(
        /(<h[1-4] id="([^"]+)"[^>]*><a class="heading-link" href=")#[^"]*/g,
        (_, before: string, id: string) => `${before}#${id}`,
      );
      return sanitiseProse(linked);
    } finally {
      place = undefined;
    }
  };
}

/** A block of code that can be scrolled by keyboard. */
export function codeBlock(code: string, language: string, highlight: Highlight): string {
  const text = code.replace(/\n$/, '');
  return `<div class="code"><pre tabindex="0"><code class="language-${escapeHtml(language || 'text')}">${highlight(text, language)}</code></pre></div>\n`;
}

function renderNote(tokens: { nesting: number; info: string }[], index: number): string {
  const { nesting, info } = tokens[index]!;
  if (nesting !== 1) return '</div>\n';
  const [kind = 'note', ...title] = info.trim().split(/\s+/);
  const words = title.join(' ') || kind[0]!.toUpperCase() + kind.slice(1);
  return `<div class="note is-${escapeHtml(kind)}"><p class="note-title">${escapeHtml(words)}</p>\n`;
}
