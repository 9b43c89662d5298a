import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleScripts } from './bundle.ts';
import { escapeHtml } from './escape.ts';
import { folderKey } from './folder-key.ts';
import { createHighlight } from './highlight.ts';
import { type Frame, pageHtml } from './layout.ts';
import type { LinkMap } from './links.ts';
import { createMarkdown } from './markdown.ts';
import { outlineOf } from './outline.ts';
import type { Page } from './page.ts';
import { searchScript } from './search-index.ts';
import {
  apiPages,
  chapterArticle,
  chapterPage,
  guidePage,
  homePage,
  pagePaths,
  type PageTools,
} from './site-pages.ts';

/** Style sheet, scripts and picture of the site; they belong to the builder, whatever repository it shows. */
const templates = fileURLToPath(new URL('../../docs/site', import.meta.url));

export interface SiteOptions {
  /** The repository. */
  readonly root: string;
  /** Folder for the site; what an earlier build left there is replaced. */
  readonly out: string;
  /** Where the site will stand, for canonical addresses and the sitemap; without one, both are left out. */
  readonly siteUrl?: string | undefined;
  /** Address of the repository's pages, for links to files that are no page here. */
  readonly repositoryUrl?: string | undefined;
}

export interface BuiltSite {
  readonly pages: readonly Page[];
  readonly seconds: number;
}

/** Builds the site, and builds it again with what did not change kept. */
export interface SiteBuilder {
  build(): Promise<BuiltSite>;
}

/** @throws RangeError if `siteUrl` is no http address. */
export function createSiteBuilder({ root, out, siteUrl, repositoryUrl }: SiteOptions): SiteBuilder {
  const address = siteUrl === undefined ? undefined : checkedUrl('siteUrl', siteUrl);
  const repository =
    repositoryUrl === undefined ? undefined : checkedUrl('repositoryUrl', repositoryUrl).replace(/\/$/, '');
  const kept = new Map<string, { key: string; value: unknown }>();
  /** What was made from the same key before is not made again. */
  const keep = <Value>(name: string, keyParts: readonly string[], make: () => Value): Value => {
    const key = createHash('sha256').update(keyParts.join('\0')).digest('hex');
    const known = kept.get(name);
    if (known?.key === key) return known.value as Value;
    const value = make();
    kept.set(name, { key, value });
    return value;
  };
  const highlighting = createHighlight();

  return {
    async build() {
      const started = performance.now();
      const highlight = await highlighting;
      const paths = pagePaths(root);
      const links: LinkMap = { root, pages: paths, repositoryUrl: repository, assets: new Set() };
      const tools: PageTools = { root, highlight, markdown: createMarkdown(highlight), links };
      const names = [...paths.keys()].join('\n');
      const written = [...paths.keys()].filter((source) => !source.startsWith('src/'));
      const texts = new Map(written.map((source) => [source, readFileSync(join(root, source), 'utf8')]));
      const exercises = folderKey(join(root, 'exercises'));

      const chapters: Page[] = [];
      const guides: Page[] = [];
      const articles: string[] = [];
      for (const [source, text] of texts) {
        const assetsBefore = new Set(links.assets);
        if (source.startsWith('notebooks/')) {
          const made = keep(source, [names, text, exercises], () => ({
            page: chapterPage(source, text, tools),
            article: chapterArticle(source, text, 'course.html', `${slugOfFile(source)}-`, tools),
            assets: [...links.assets].filter((asset) => !assetsBefore.has(asset)),
          }));
          chapters.push(made.page);
          articles.push(made.article);
          for (const asset of made.assets) links.assets.add(asset);
        } else if (source !== 'README.md') guides.push(guidePage(source, text, tools));
      }
      const library = keep('src', [folderKey(join(root, 'src'))], () => apiPages(tools));
      const home = homePage(tools);
      const contents = [home, ...chapters, ...guides, ...library];
      const frame: Frame = {
        siteTitle: home.title,
        contents,
        siteUrl: address,
        licence: 'MIT licence; the bundled model is Apache-2.0.',
      };
      const files = new Map<string, string | Buffer>();
      for (const page of contents) files.set(page.path, pageHtml(page, frame));
      files.set('course.html', pageHtml(wholeCourse(articles), frame));
      files.set('404.html', notFound(frame));
      for (const [name, code] of await keep(
        'scripts',
        [folderKey(templates), folderKey(join(templates, '../../src/retrieval'))],
        () => bundleScripts(templates),
      ))
        files.set(name, code);
      files.set('search-index.js', searchScript(contents));
      for (const name of ['style.css', 'favicon.svg']) files.set(name, readFileSync(join(templates, name)));
      if (address !== undefined) {
        files.set('sitemap.xml', sitemap(contents, address));
        files.set('robots.txt', `User-agent: *\nAllow: /\nSitemap: ${address}sitemap.xml\n`);
      }
      // GitHub Pages would otherwise leave out what begins with an underscore.
      files.set('.nojekyll', '');
      writeWhole(out, files, links);
      return { pages: contents, seconds: (performance.now() - started) / 1000 };
    },
  };
}

function checkedUrl(name: string, value: string): string {
  if (!/^https?:\/\/[^\s"'<>?#]+$/.test(value))
    throw new RangeError(`\`${name}\` must be an http address without query, got '${value}'`);
  return value.endsWith('/') ? value : `${value}/`;
}

/** All chapters on one page, to print. */
function wholeCourse(articles: readonly string[]): Page {
  const html = articles.map((article) => `<section class="chapter">${article}</section>`).join('\n');
  return {
    path: 'course.html',
    section: 'hidden',
    title: 'The whole course',
    description: 'Every chapter on one page, to print or to keep.',
    html,
    outline: outlineOf(''),
  };
}

function notFound(frame: Frame): string {
  const page: Page = {
    path: '404.html',
    section: 'hidden',
    title: 'No such page',
    description: 'There is no page at this address.',
    html: '<h1>No such page</h1>\n<p>There is no page at this address. The contents name every page that there is.</p>',
    outline: outlineOf(''),
  };
  const html = pageHtml(page, frame);
  // A server shows this page under any address, where relative links lead nowhere.
  if (frame.siteUrl === undefined) return html;
  const base = frame.siteUrl;
  return html.replace(
    / (href|src|data-root)="(?!https?:|#)([^"]*)"/g,
    (_, name: string, path: string) => ` ${name}="${escapeHtml(base)}${path}"`,
  );
}

function sitemap(pages: readonly Page[], address: string): string {
  const lines = pages.map(
    ({ path }) => `<url><loc>${escapeHtml(address + path.replace(/index\.html$/, ''))}</loc></url>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${lines.join('\n')}\n</urlset>\n`;
}

/** Beside the old site first, then in its place: a reader never meets half a site. */
function writeWhole(
  out: string,
  files: ReadonlyMap<string, string | Buffer>,
  { root, assets }: LinkMap,
): void {
  const fresh = `${out}.${process.pid}.tmp`;
  rmSync(fresh, { recursive: true, force: true });
  for (const [path, content] of files) {
    mkdirSync(dirname(join(fresh, path)), { recursive: true });
    writeFileSync(join(fresh, path), content);
  }
  for (const asset of [...assets].toSorted()) cpSync(join(root, asset), join(fresh, 'assets', asset));
  const old = `${out}.${process.pid}.old`;
  if (existsSync(out)) renameSync(out, old);
  renameSync(fresh, out);
  rmSync(old, { recursive: true, force: true });
}

function slugOfFile(source: string): string {
  return source.replace(/^.*\//, '').replace(/\.\w+$/, '');
}
