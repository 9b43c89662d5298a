import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseNotebook } from '../notebooks/notebook-file.ts';
import { type ApiRoom, readApi } from './api-model.ts';
import { roomDescription, roomHtml } from './api-pages.ts';
import { chapterFacts, chapterHtml, plainText } from './chapter.ts';
import { readExercises } from './exercises.ts';
import type { Highlight } from './highlight.ts';
import { type LinkMap, linksFrom } from './links.ts';
import type { RenderMarkdown } from './markdown.ts';
import { outlineOf } from './outline.ts';
import type { Page } from './page.ts';
import { provenanceOf } from './provenance.ts';

export interface PageTools {
  readonly root: string;
  readonly highlight: Highlight;
  readonly markdown: RenderMarkdown;
  readonly links: LinkMap;
}

const entries = [
  { file: 'src/index.ts', module: 'streaming-rag' },
  { file: 'src/workbook/index.ts', module: 'streaming-rag/workbook' },
];

/** Files of the repository that become pages, and where: known before any page is made, so that links can lead there. */
export function pagePaths(root: string): Map<string, string> {
  const paths = new Map<string, string>();
  if (existsSync(join(root, 'README.md'))) paths.set('README.md', 'index.html');
  for (const name of namesIn(root, 'notebooks', '.ipynb'))
    paths.set(`notebooks/${name}`, `chapters/${name.replace(/\.ipynb$/, '.html')}`);
  for (const name of namesIn(root, 'docs', '.md'))
    paths.set(`docs/${name}`, `docs/${name.replace(/\.md$/, '.html')}`);
  for (const name of ['CONTRIBUTING.md', 'CHANGELOG.md'])
    if (existsSync(join(root, name))) paths.set(name, `docs/${name.toLowerCase().replace(/md$/, 'html')}`);
  for (const room of namesIn(root, 'src', ''))
    if (isPublicRoom(root, room)) paths.set(`src/${room}`, `api/${room}.html`);
  return paths;
}

/** Whether anything of a folder of `src/` is exported. */
function isPublicRoom(root: string, room: string): boolean {
  return entries.some(({ file }) => {
    const path = join(root, file);
    if (!existsSync(path)) return false;
    return file === `src/${room}/index.ts` || readFileSync(path, 'utf8').includes(`'./${room}/`);
  });
}

function namesIn(root: string, folder: string, end: string): string[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith(end))
    .toSorted();
}

/** The README as the first page. */
export function homePage(tools: PageTools): Page {
  const text = existsSync(join(tools.root, 'README.md'))
    ? readFileSync(join(tools.root, 'README.md'), 'utf8')
    : '# Streaming RAG Workbook\n';
  const first = [...tools.links.pages].find(([source]) => source.startsWith('notebooks/'));
  const html = textHtml(text, 'README.md', 'index.html', tools);
  const begin =
    first === undefined ? '' : `<p class="begin"><a href="${first[1]}">Begin with the first chapter</a></p>`;
  const at = html.indexOf('</p>') + 4;
  return finish({
    path: 'index.html',
    section: 'home',
    title: titleOf(text, 'Streaming RAG Workbook'),
    description: descriptionOf(text),
    html: html.slice(0, at) + begin + html.slice(at),
  });
}

/** One notebook as a page. @param text The notebook's file. */
export function chapterPage(source: string, text: string, tools: PageTools): Page {
  const path = tools.links.pages.get(source)!;
  const notebook = parseNotebook(text, source);
  const facts = chapterFacts(notebook, source);
  const html = chapterArticle(source, text, path, '', tools);
  return finish({ path, section: 'course', ...facts, html, notebook: source });
}

/** A chapter's article for a page, also for one that holds several. */
export function chapterArticle(
  source: string,
  text: string,
  page: string,
  idPrefix: string,
  { root, highlight, markdown, links }: PageTools,
): string {
  const notebook = parseNotebook(text, source);
  const place = { link: linksFrom(links, source, page, idPrefix), idPrefix, ids: new Set<string>() };
  const language = notebook.metadata['language_info'] as { version?: string } | undefined;
  const provenance = provenanceOf(root, source, language?.version);
  const chapter = basename(source, '.ipynb').replace(/^\d+-/, '');
  const exercises = readExercises(root, chapter);
  const html = chapterHtml(notebook, place, { highlight, markdown, provenance, exercises });
  return `${html}<p class="origin no-search">${provenance.ofChapter}</p>\n`;
}

/** A written page. */
export function guidePage(source: string, text: string, tools: PageTools): Page {
  const path = tools.links.pages.get(source)!;
  return finish({
    path,
    section: 'guide',
    title: titleOf(text, basename(source, '.md')),
    description: descriptionOf(text),
    html: textHtml(text, source, path, tools),
  });
}

/** The library's public names, one page a room. */
export function apiPages(tools: PageTools): Page[] {
  const rooms = readApi(
    tools.root,
    entries.filter(({ file }) => existsSync(join(tools.root, file))),
  );
  const places = new Map(rooms.flatMap((room) => room.items.map(({ name }) => [name, room.name] as const)));
  return rooms.map((room) => apiPage(room, places, tools));
}

function apiPage(room: ApiRoom, places: ReadonlyMap<string, string>, tools: PageTools): Page {
  const path = `api/${room.name}.html`;
  const link = (href: string) => (/^(?:https?:|#|[a-z]+\.html)/.test(href) ? href : undefined);
  const html = roomHtml(room, {
    highlight: tools.highlight,
    markdown: tools.markdown,
    place: { link, ids: new Set([room.name]) },
    linkTo: (name) => {
      const found = places.get(name.split('.')[0]!);
      if (found === undefined) return undefined;
      return `${found === room.name ? '' : `${found}.html`}#${name.split('.')[0]!}`;
    },
    sourceLink: (file, line) =>
      tools.links.repositoryUrl && `${tools.links.repositoryUrl}/blob/main/${file}#L${line}`,
  });
  return finish({
    path,
    section: 'reference',
    title: room.name,
    description: roomDescription(room.name),
    html,
  });
}

function textHtml(text: string, source: string, page: string, tools: PageTools): string {
  return tools.markdown(text, { link: linksFrom(tools.links, source, page), ids: new Set() });
}

function finish(page: Omit<Page, 'outline'>): Page {
  return { ...page, outline: outlineOf(page.html) };
}

function titleOf(markdown: string, otherwise: string): string {
  const found = /^#\s+(.+)$/m.exec(markdown)?.[1];
  return found === undefined ? otherwise : plainText(found);
}

function descriptionOf(markdown: string): string {
  const block = markdown
    .split(/\n\s*\n/)
    .find((one) => one.trim() !== '' && !/^\s*(?:#|```|!|\||[-*] |>|<)/.test(one));
  return plainText(block ?? '');
}
