import { escapeHtml } from './escape.ts';
import { type Page, relativeLink, type Section } from './page.ts';

export interface Frame {
  readonly siteTitle: string;
  /** Every page of the contents, in order. */
  readonly contents: readonly Page[];
  /** Where the site will stand, with a slash at its end; canonical addresses need it. */
  readonly siteUrl: string | undefined;
  readonly licence: string;
}

/**
 * No inline script or style, nothing from elsewhere. `file:` stands beside `'self'` for browsers to whom every file is an
 * origin of its own.
 */
const policy =
  "default-src 'none'; script-src 'self' file:; style-src 'self' file:; img-src 'self' file: data:; font-src 'none'; " +
  "connect-src 'none'; base-uri 'none'; form-action 'none'";

const groups: readonly { section: Section; title: string }[] = [
  { section: 'course', title: 'The course' },
  { section: 'guide', title: 'Pages' },
  { section: 'reference', title: 'API reference' },
];

/** A page of the site: frame, contents, the article, its headings, and the way on. */
export function pageHtml(page: Page, frame: Frame): string {
  const to = (path: string) => escapeHtml(relativeLink(page.path, path));
  const row = frame.contents.filter(({ section }) => section === page.section);
  const at = frame.contents.indexOf(page);
  const [previous, next] = page.section === 'hidden' ? [] : [frame.contents[at - 1], frame.contents[at + 1]];
  const isChapter = page.section === 'course';
  return `<!doctype html>
<html lang="en">
<head>
${headHtml(page, frame, to)}
</head>
<body${isChapter ? ` data-chapter="${escapeHtml(page.path)}"` : ''} data-root="${to('')}">
<a class="skip" href="#article">Skip to the text</a>
<header class="bar">
<button type="button" class="menu-button" popovertarget="contents">Contents</button>
<a class="site" href="${to('index.html')}">${escapeHtml(frame.siteTitle)}</a>
<div class="tools" hidden>
<button type="button" class="search-button" aria-haspopup="dialog"><span>Search</span> <kbd aria-hidden="true">/</kbd></button>
<label class="theme"><span class="unseen">Colours</span><select class="theme-select"><option value="system">System</option><option value="light">Light</option><option value="dark">Dark</option></select></label>
</div>
</header>
<div class="frame">
<nav id="contents" class="contents" aria-label="Contents" popover>
${contentsHtml(page, frame, to)}
</nav>
<main id="article" tabindex="-1">
<article>
${page.section === 'hidden' ? page.html : withFacts(page, row.indexOf(page))}
</article>
${footHtml(page, previous, next, to)}
</main>
${outlineHtml(page)}
</div>
<footer class="licence"><p>${escapeHtml(frame.licence)}</p></footer>
</body>
</html>
`;
}

function headHtml(page: Page, { siteTitle, siteUrl }: Frame, to: (path: string) => string): string {
  const title = page.section === 'home' ? siteTitle : `${page.title} · ${siteTitle}`;
  const description = escapeHtml(shorten(page.description, 200));
  const address =
    siteUrl === undefined ? undefined : escapeHtml(siteUrl + page.path.replace(/index\.html$/, ''));
  const lines = [
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escapeHtml(title)}</title>`,
    `<meta name="description" content="${description}">`,
    `<meta property="og:title" content="${escapeHtml(title)}">`,
    `<meta property="og:description" content="${description}">`,
    `<meta property="og:type" content="${page.section === 'home' ? 'website' : 'article'}">`,
    `<meta property="og:site_name" content="${escapeHtml(siteTitle)}">`,
    ...(address === undefined
      ? []
      : [`<meta property="og:url" content="${address}">`, `<link rel="canonical" href="${address}">`]),
    ...(page.section === 'hidden' ? ['<meta name="robots" content="noindex">'] : []),
    `<link rel="icon" type="image/svg+xml" href="${to('favicon.svg')}">`,
    `<link rel="stylesheet" href="${to('style.css')}">`,
    // In the head and not deferred: the chosen colours must be there before the first paint.
    `<script src="${to('site.js')}"></script>`,
  ];
  return lines.join('\n');
}

function contentsHtml(page: Page, { contents }: Frame, to: (path: string) => string): string {
  return groups
    .map(({ section, title }) => {
      const pages = contents.filter((one) => one.section === section);
      if (pages.length === 0) return '';
      const items = pages.map((one) => {
        const current = one === page ? ' aria-current="page"' : '';
        const chapter = section === 'course' ? ` data-chapter="${escapeHtml(one.path)}"` : '';
        return `<li><a href="${to(one.path)}"${current}${chapter}>${escapeHtml(one.shortTitle ?? one.title)}</a></li>`;
      });
      return `<section><h2>${title}</h2><ul>${items.join('')}</ul></section>`;
    })
    .join('\n');
}

/** The line of facts goes under the title, where a reader decides whether to begin. */
function withFacts(page: Page, index: number): string {
  if (page.section !== 'course' && page.section !== 'guide') return page.html;
  const facts = [`${page.outline.minutes} minute${page.outline.minutes === 1 ? '' : 's'} to read`];
  if (page.notebook !== undefined && index >= 0)
    facts.push(
      `to run and change it, <code>npm start</code> and open <code>${escapeHtml(page.notebook)}</code> in Jupyter`,
    );
  return page.html.replace('</h1>', () => `</h1>\n<p class="facts no-search">${facts.join(' · ')}</p>`);
}

function footHtml(
  page: Page,
  previous: Page | undefined,
  next: Page | undefined,
  to: (path: string) => string,
): string {
  if (page.section === 'hidden') return '';
  const mark =
    page.section === 'course'
      ? '<p class="mark-read" hidden><label><input type="checkbox" class="read-box"> I have read this chapter</label></p>\n'
      : '';
  const link = (one: Page | undefined, rel: 'prev' | 'next', word: string) =>
    one === undefined
      ? ''
      : `<a rel="${rel}" href="${to(one.path)}"><span>${word}</span> ${escapeHtml(one.shortTitle ?? one.title)}</a>`;
  return `${mark}<nav class="way" aria-label="Previous and next page">${link(previous, 'prev', 'Previous')}${link(next, 'next', 'Next')}</nav>`;
}

function outlineHtml({ outline, section }: Page): string {
  const deepest = section === 'reference' ? 2 : 3;
  const headings = outline.headings.filter(({ level }) => level >= 2 && level <= deepest);
  if (headings.length < 2 || section === 'hidden') return '';
  const items = headings.map(
    ({ id, level, text }) =>
      `<li class="level-${level}"><a href="#${escapeHtml(id)}">${escapeHtml(text)}</a></li>`,
  );
  return `<aside class="outline"><nav aria-labelledby="outline-title"><h2 id="outline-title">On this page</h2><ul>${items.join('')}</ul></nav></aside>`;
}

function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length).replace(/\s+\S*$/, '')}…`;
}
