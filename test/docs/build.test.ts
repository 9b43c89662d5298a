import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSiteBuilder } from '../../tools/docs/build-site.ts';
import { serveFolder } from '../../tools/docs/serve.ts';
import {
  codeCell,
  htmlOutput,
  markdownCell,
  notebookOf,
  repository,
  siteOf,
  temporaryFolder,
  writeFiles,
} from './build.ts';
import { hostileHtml, hostileSvg } from './hostile.ts';

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.relative(folder, posix.join(entry.parentPath.split('\\').join('/'), entry.name)))
    .toSorted();

describe('the built course', () => {
  const folder = temporaryFolder();
  const out = join(folder.path, 'site');
  let files: string[] = [];
  const read = (path: string) => readFileSync(join(out, path), 'utf8');
  beforeAll(async () => {
    await createSiteBuilder({ root: repository, out }).build();
    files = filesOf(out);
  });
  afterAll(() => folder[Symbol.dispose]());

  it('has a page for every chapter, every written page and every room', () => {
    const notebooks = readdirSync(join(repository, 'notebooks')).filter((name) => name.endsWith('.ipynb'));
    expect(notebooks.length).toBeGreaterThan(0);
    for (const name of notebooks) expect(files).toContain(`chapters/${name.replace('.ipynb', '.html')}`);
    for (const name of [
      'index',
      '404',
      'course',
      'docs/architecture',
      'docs/contributing',
      'api/iter',
      'api/service',
    ])
      expect(files).toContain(`${name}.html`);
  });

  it('is the same, byte for byte, when the same sources are built again', async () => {
    // A copy: in a checkout that is being worked on, the sources may change between the two.
    const root = join(folder.path, 'copy');
    const sources = ['notebooks', 'docs', 'exercises', 'src', 'README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];
    for (const name of sources) cpSync(join(repository, name), join(root, name), { recursive: true });
    const [one, other] = [join(folder.path, 'one'), join(folder.path, 'other')];
    await createSiteBuilder({ root, out: one }).build();
    await createSiteBuilder({ root, out: other }).build();
    expect(filesOf(one)).toEqual(filesOf(other));
    for (const file of filesOf(one))
      expect(readFileSync(join(one, file)).equals(readFileSync(join(other, file))), file).toBe(true);
  });

  it('has no dead link, anchor, script or picture, and none that leads out of its folder', () => {
    const dead: string[] = [];
    const ids = new Map(
      files
        .filter((file) => file.endsWith('.html'))
        .map((file) => [file, new Set([...read(file).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))]),
    );
    for (const file of ids.keys()) {
      for (const [, address = ''] of read(file).matchAll(/ (?:href|src)="([^"]*)"/g)) {
        if (/^(?:https?:|mailto:|data:image\/)/.test(address)) continue;
        const [path = '', fragment] = address.replaceAll('&amp;', '&').split('#', 2);
        const target = path === '' ? file : posix.normalize(posix.join(posix.dirname(file), path));
        const isAlive =
          files.includes(target) &&
          (fragment === undefined || ids.get(target)?.has(decodeURIComponent(fragment)));
        if (!isAlive) dead.push(`${file}: ${address}`);
      }
    }
    expect(dead).toEqual([]);
  });

  it('gives every id of a page once, and nothing that a policy without inline code would refuse', () => {
    for (const file of files.filter((name) => name.endsWith('.html'))) {
      const html = read(file);
      const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
      expect(
        ids.filter((id, at) => ids.indexOf(id) !== at),
        file,
      ).toEqual([]);
      expect(html, file).toContain("default-src 'none'; script-src 'self'");
      expect(html, file).not.toMatch(/<style|<script>|\sstyle="|\son[a-z]+="/u);
      expect(html.match(/<h1[ >]/g)?.length, file).toBeGreaterThan(0);
    }
  });

  it('weighs at most 150 KB a page compressed, with style and script, without pictures', () => {
    const shared = ['style.css', 'site.js'].reduce((sum, name) => sum + gzipSync(read(name)).length, 0);
    for (const file of files.filter((name) => name.endsWith('.html') && name !== 'course.html')) {
      const html = read(file).replace(/src="data:image[^"]*"/g, '');
      expect(gzipSync(html).length + shared, file).toBeLessThan(150_000);
    }
  });

  it('explains every name that the library exports', () => {
    const index = readFileSync(join(repository, 'src/index.ts'), 'utf8');
    const names = [...index.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list = '']) =>
      list.split(',').flatMap(
        (name) =>
          name
            .trim()
            .replace(/^type /, '')
            .split(' as ')[0]!
            .trim() || [],
      ),
    );
    expect(names.length).toBeGreaterThan(50);
    const pages = files
      .filter((file) => file.startsWith('api/'))
      .map(read)
      .join('');
    const isExplained = (name: string) => pages.includes(`<h2 id="${name}">`);
    expect(names.filter((name) => !isExplained(name))).toEqual([]);
    expect(read('api/iter.html')).toContain('Maps items with up to <code>concurrency</code> mappers');
  });
});

describe('a site', () => {
  it('has canonical addresses, a sitemap and a 404 page that works anywhere when it is told where it will stand', async () => {
    const { builder, out } = siteOf(
      {
        'README.md': '# Course\n\nWords.',
        'notebooks/00-a.ipynb': notebookOf(markdownCell('# A & B\n\nText')),
      },
      { siteUrl: 'https://example.org/course' },
    );
    await builder.build();
    const page = readFileSync(join(out, 'chapters/00-a.html'), 'utf8');
    expect(page).toContain('<link rel="canonical" href="https://example.org/course/chapters/00-a.html">');
    expect(page).toContain('<meta property="og:title" content="A &amp; B · Course">');
    expect(page).toContain('<link rel="stylesheet" href="../style.css">');
    expect(readFileSync(join(out, 'sitemap.xml'), 'utf8')).toContain(
      '<loc>https://example.org/course/</loc>',
    );
    const missing = readFileSync(join(out, '404.html'), 'utf8');
    expect(missing).toContain('href="https://example.org/course/style.css"');
  });

  it('refuses an address that is none', () => {
    expect(() => createSiteBuilder({ root: '.', out: '.', siteUrl: 'course' })).toThrow(
      "`siteUrl` must be an http address without query, got 'course'",
    );
  });

  it('leads links to its own pages, keeps those to elsewhere, and leaves the words of those that lead nowhere', async () => {
    const { builder, out } = siteOf({
      'README.md':
        '# Course\n\n[b](docs/b.md#two), [out](https://example.org/), [gone](docs/gone.md), [bad](javascript:1), ![x](no.png)',
      'docs/b.md': '# B\n\n## Two\n\n[home](../README.md) [up](../../../etc/passwd)',
    });
    await builder.build();
    const home = readFileSync(join(out, 'index.html'), 'utf8');
    expect(home).toContain('<a href="docs/b.html#two">b</a>');
    expect(home).toContain('<a href="https://example.org/">out</a>');
    expect(home).toContain('<span class="no-page">gone</span>');
    expect(home).not.toMatch(/javascript:1"|<img/);
    const page = readFileSync(join(out, 'docs/b.html'), 'utf8');
    expect(page).toContain('<a href="../index.html">home</a>');
    expect(page).toContain('<span class="no-page">up</span>');
  });

  it('knows notes, footnotes, task lists and maths', async () => {
    const { builder, out } = siteOf({
      'README.md':
        '# Course\n\n> [!WARNING]\n> Hot.\n\n::: tip Try it\nNow.\n:::\n\n- [x] done\n- [ ] open\n\nNote[^1], $a^2$.\n\n[^1]: Below.\n\n' +
        '| a |\n| --: |\n| 1 |\n',
    });
    await builder.build();
    const html = readFileSync(join(out, 'index.html'), 'utf8');
    expect(html).toMatch(
      /<div class="note is-warning">\s*<p class="note-title">Warning<\/p>\s*<p>Hot\.<\/p>/,
    );
    expect(html).toMatch(/<div class="note is-tip"><p class="note-title">Try it<\/p>\s*<p>Now\.<\/p>/);
    expect(html).toMatch(/<input type="checkbox" disabled checked aria-label="Done" ?\/>/);
    expect(html).toContain('<msup');
    expect(html).toContain('class="footnotes"');
    expect(html).toContain('<td class="is-right">1</td>');
  });

  it('shows outputs of every kind, says which error is meant, and hides what is to be predicted', async () => {
    const error = {
      output_type: 'error',
      ename: 'TypeError',
      evalue: 'no',
      traceback: ['\u001b[31mTypeError: no\u001b[0m'],
    };
    const { builder, out } = siteOf({
      'notebooks/00-a.ipynb': notebookOf(
        markdownCell('# A\n\n**Predict:** what comes?'),
        codeCell('1 + 1', {
          outputs: [{ output_type: 'execute_result', metadata: {}, data: { 'text/plain': ['2'] } }],
        }),
        codeCell('throw 1', { outputs: [error], tags: ['raises-exception'] }),
        codeCell('log()', {
          outputs: [
            { output_type: 'stream', name: 'stdout', text: ['a <b>\n'] },
            { output_type: 'stream', name: 'stdout', text: ['c\n'] },
          ],
          tags: ['recorded'],
        }),
        codeCell('draw()', { outputs: [htmlOutput('<p style="color:red">styled</p>')] }),
      ),
    });
    await builder.build();
    const html = readFileSync(join(out, 'chapters/00-a.html'), 'utf8');
    expect(html).toMatch(/Your prediction<\/label>.*<details class="reveal">.*<samp>2<\/samp>/s);
    expect(html.match(/class="reveal"/g)).toHaveLength(1);
    expect(html).toContain('An error, on purpose');
    expect(html).toContain('<samp>TypeError: no</samp>');
    expect(html).toContain('<samp>a &lt;b&gt;\nc</samp>');
    expect(html).toContain('the tests do not run this cell');
    expect(html).toContain('Run and compared by the tests');
    expect(html).toContain('<p>styled</p>');
  });

  it('shows an exercise with its task, and hints and solution closed', async () => {
    const { builder, out } = siteOf({
      'notebooks/01-lists.ipynb': notebookOf(markdownCell('# Lists')),
      'exercises/lists/sum/check.ts':
        "export const exercise = { number: '1.2', title: 'Sum', task: 'Add ' + 'them.', tries: [] };",
      'exercises/lists/sum/hints.md': '## Hint 1\nFirst.\n\n## Hint 2\nSecond.\n',
      'exercises/lists/sum/stub.ts': 'export const sum = 0; // TODO\n',
      'exercises/lists/sum/solution.ts': 'export const sum = 1;\n',
    });
    await builder.build();
    const html = readFileSync(join(out, 'chapters/01-lists.html'), 'utf8');
    expect(html).toContain('Exercise 1.2 · Sum');
    expect(html).toContain('<p>Add them.</p>');
    expect(html).toMatch(/<details class="hint"><summary>Hint 2 of 2<\/summary><p>Second\.<\/p>/);
    expect(html).toContain('<details class="solution"><summary>Solution</summary>');
    expect(html).not.toContain('<details open');
  });

  it('keeps of hostile output nothing that runs, loads or poses as the page', async () => {
    const svg = { output_type: 'display_data', metadata: {}, data: { 'image/svg+xml': [hostileSvg] } };
    const { builder, out } = siteOf({
      'notebooks/00-a.ipynb': notebookOf(
        markdownCell(`# Hostile <img src=x onerror=alert(1)>\n\n${hostileHtml}`),
        codeCell('x', { outputs: [htmlOutput(hostileHtml), svg] }),
      ),
    });
    await builder.build();
    const html = readFileSync(join(out, 'chapters/00-a.html'), 'utf8');
    const article = html.slice(html.indexOf('<article>'), html.indexOf('</article>'));
    expect(article).toContain('kept words');
    expect(article).not.toMatch(
      /<(?:script|iframe|object|embed|form|button|meta|base|link|style|svg|video|audio|template)\b/i,
    );
    expect(article).not.toMatch(/<[^>"]*(?:"[^"]*"[^>"]*)*\s(?:on[a-z]+|style|srcdoc|formaction)=/i);
    expect(article).not.toMatch(/(?:href|src)="(?:javascript|data:text|\s)/i);
    expect(article).not.toMatch(/127\.0\.0\.1:9|id="article"|search-dialog/);
    expect(article).toContain('alt="A &quot;hostile&quot; ');
  });

  it('is built anew from what changed, and a file that is gone takes its page along', async () => {
    const { builder, root, out } = siteOf({ 'README.md': '# Course\n\nOld.', 'docs/a.md': '# A\n\nText.' });
    await builder.build();
    writeFiles(root, { 'README.md': '# Course\n\nNew.', 'docs/b.md': '# B\n\nText.' });
    await builder.build();
    expect(readFileSync(join(out, 'index.html'), 'utf8')).toContain('New.');
    expect(readFileSync(join(out, 'docs/a.html'), 'utf8')).toContain('>B</a>');
    expect(readdirSync(dirname(out))).toEqual(expect.arrayContaining(['repository', 'site']));
    expect(readdirSync(dirname(out))).toHaveLength(2);
  });
});

describe('the server', () => {
  it('serves the folder and nothing outside of it, with the 404 page for the rest', async () => {
    const folder = temporaryFolder();
    writeFiles(folder.path, {
      'site/index.html': 'home',
      'site/404.html': '<a href="style.css">missing</a>',
      'site/a b.html': 'spaced',
      'secret.txt': 'secret',
    });
    const { url, server } = await serveFolder(join(folder.path, 'site'));
    try {
      expect(await (await fetch(url)).text()).toBe('home');
      expect(await (await fetch(`${url}a%20b.html`)).text()).toBe('spaced');
      for (const path of ['deep/none.html', '..%2fsecret.txt', '%2e%2e/secret.txt', '%', 'nul%00']) {
        const response = await fetch(url + path);
        expect(response.status, path).toBe(404);
        expect(await response.text(), path).toBe('<a href="/style.css">missing</a>');
      }
    } finally {
      server.close();
      folder[Symbol.dispose]();
    }
    expect(existsSync(folder.path)).toBe(false);
  });
});
