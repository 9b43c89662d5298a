import { createRequire } from 'node:module';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createSiteBuilder } from '../../tools/docs/build-site.ts';
import { serveFolder } from '../../tools/docs/serve.ts';
import { launchChromium } from '../browser/chromium.ts';
import {
  codeCell,
  htmlOutput,
  markdownCell,
  notebookOf,
  repository,
  siteOf,
  temporaryFolder,
} from './build.ts';
import { hostileHtml, hostileSvg } from './hostile.ts';

/** Where no browser is, only CI insists; anywhere else the report says what was skipped. */
const browser = await launchChromium().catch((error: unknown) => {
  if (process.env.CI) throw error;
  console.warn(`The pages were not opened in a browser: ${(error as Error).message}`);
  return undefined;
});
afterAll(() => browser?.close());

const folder = temporaryFolder();
const out = join(folder.path, 'site');
afterAll(() => folder[Symbol.dispose]());

/** A page with everything noted that it should not do. */
async function open(address: string, options: BrowserContextOptions = {}) {
  const context = await browser!.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith('file:') && !url.startsWith('data:') && !url.startsWith('http://127.0.0.1:'))
      problems.push(`asks ${url}`);
    if (url.startsWith('http://127.0.0.1:9/')) problems.push(`asks ${url}`);
  });
  page.on('requestfailed', (request) => {
    // The browser drops the icon of a page that is left at once.
    // Whoever leaves a page while a picture is on its way aborts it; a file that is not there fails otherwise.
    const aborted = request.failure()?.errorText === 'net::ERR_ABORTED';
    if (!aborted && !request.url().endsWith('/favicon.svg')) problems.push(`does not get ${request.url()}`);
  });
  await page.goto(address);
  return { page, problems };
}

const addressOf = (path: string, site = out): string => {
  const [file = '', hash] = path.split('#', 2);
  return pathToFileURL(join(site, file)).href + (hash === undefined ? '' : `#${hash}`);
};

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');

/** What axe finds, of all rules or of the named ones. */
async function prepareAxe(page: Page): Promise<(rules?: readonly string[]) => Promise<unknown[]>> {
  // Through the debugger: the page's own policy lets no foreign script in.
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: axe });
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  return async (rules) => {
    const { result } = await session.send('Runtime.evaluate', {
      expression: `axe.run({ preload: false, runOnly: ${JSON.stringify(rules ?? tags)} }).then(({ violations }) => JSON.stringify(violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html)])))`,
      awaitPromise: true,
    });
    return JSON.parse(String(result.value)) as unknown[];
  };
}

async function search(page: Page, words: string): Promise<string[]> {
  await page.getByRole('combobox', { name: 'Search' }).fill(words);
  return await page
    .locator('#search-results a')
    .evaluateAll((links) =>
      links.slice(0, 5).map((link) => `${link.getAttribute('href') ?? ''} ${link.textContent}`),
    );
}

describe.skipIf(browser === undefined)('the pages in Chromium', () => {
  const pages: string[] = [];
  beforeAll(async () => {
    await createSiteBuilder({ root: repository, out }).build();
    for (const entry of readdirSync(out, { recursive: true, encoding: 'utf8' }))
      if (entry.endsWith('.html')) pages.push(entry.split('\\').join('/'));
  });

  it('open from the folder at every width, in light and dark: nothing asked, nothing complained, no sideways scroll, no fault that axe finds', async () => {
    const { page, problems } = await open(addressOf('index.html'));
    const faults: unknown[] = [];
    for (const path of pages) {
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(addressOf(path));
      const violations = await prepareAxe(page);
      for (const [width, colorScheme] of [
        [1440, 'light'],
        [768, 'light'],
        [320, 'light'],
        [320, 'dark'],
        [768, 'dark'],
        [1440, 'dark'],
      ] as const) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        if (wide > 0) faults.push([path, width, colorScheme, `${wide} px too wide`]);
        // Between light and dark nothing but colours differs.
        const rules = colorScheme === 'dark' ? ['color-contrast', 'link-in-text-block'] : undefined;
        for (const violation of await violations(rules)) faults.push([path, width, colorScheme, violation]);
      }
    }
    expect(faults).toEqual([]);
    expect(problems).toEqual([]);
    expect(pages.length).toBeGreaterThan(12);
  }, 400_000);

  it('work from a server as well, under any path', async () => {
    const { url, server } = await serveFolder(folder.path);
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const { page, problems } = await open(`${url}site/index.html`);
    await page.locator('.begin a').click();
    await page.waitForURL(/chapters/);
    expect(await page.locator('h1').textContent()).toContain('Start here');
    expect(problems).toEqual([]);
  });

  const known: readonly (readonly [words: string, found: RegExp])[] = [
    ['mapOrdered', /iter\.html#mapOrdered/],
    ['map ordered', /iter\.html#mapOrdered/],
    ['semaphore', /iter\.html#Semaphore/],
    ['semapore', /semaphore/i],
    ['token bucket', /TokenBucket/],
    ['retr', /retr/i],
    ['cosine similarity', /cosine/i],
    ['embedding', /embedding/i],
    ['backpressure', /backpressure/],
    ['keyword index', /KeywordIndex/],
    ['citations', /citation/i],
    ['server-sent events', /server-sent/i],
    ['rate limit', /rate-?limit/i],
    ['chunk overlap', /overlap/i],
    ['prompt injection', /injection/i],
    ['reader who leaves', /a-reader-who-leaves/],
    ['doctor', /doctor/],
    ['nDCG', /ndcg/i],
    ['fault', /fault/],
    ['timeout', /timeout/i],
    ['生成器', /generator/i],
    ['异步生成器', /async-generator/],
    ['背压', /backpressure/i],
    ['嵌入', /embed/i],
    ['余弦相似度', /cosine/i],
    ['关键词', /keyword/i],
    ['召回率', /recall/i],
    ['引用', /citation/i],
    ['限流', /rate/i],
    ['提示注入', /injection/],
    ['语言模型', /LanguageModel/],
    ['向量库', /store/i],
    ['信号量', /Semaphore/],
    ['重试', /retr/i],
    ['超时', /timeout/i],
    ['会话', /session/i],
    ['文档', /document/i],
    ['句子', /sentence/i],
    ['令牌桶', /TokenBucket/],
    ['失败的请求默认会自动重试多少次', /the-same-question-in-chinese/],
    ['缓冲', /buffer/i],
  ];

  it('find known things in English and in Chinese, with a slip of the pen and from the first letters', async () => {
    const { page, problems } = await open(addressOf('docs/architecture.html'));
    await page.keyboard.press('/');
    await page.getByRole('combobox', { name: 'Search' }).waitFor();
    const missed: unknown[] = [];
    for (const [words, wanted] of known) {
      const found = await search(page, words);
      if (!found.some((one) => wanted.test(decodeURIComponent(one)))) missed.push([words, found]);
    }
    expect(missed).toEqual([]);
    expect(await search(page, 'zzzyyyxxx')).toEqual([]);
    expect(await page.locator('.search-status').textContent()).toBe('Nothing found');
    expect(problems).toEqual([]);
  });

  it('can be read, searched and left by keyboard alone', async () => {
    const { page, problems } = await open(addressOf('index.html'));
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the text');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('article');
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox', { name: 'Search' });
    await field.waitFor();
    await page.keyboard.type('timeout');
    await page.locator('[aria-selected=true]').waitFor();
    const violations = await prepareAxe(page);
    expect(await violations()).toEqual([]);
    await page.keyboard.press('ArrowDown');
    expect(await field.getAttribute('aria-activedescendant')).toBe('result-1');
    await page.keyboard.press('ArrowUp');
    expect(await field.getAttribute('aria-activedescendant')).toBe('result-0');
    await search(page, 'mapOrdered');
    await page.keyboard.press('Enter');
    await page.waitForURL(/api\/iter\.html#mapOrdered/);
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.getByLabel('Single keys work').uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('n');
    await page.keyboard.press('/');
    expect(page.url()).toMatch(/api\/iter\.html/);
    expect(await page.locator('dialog[open]').count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it('keep what the reader chose: colours, what was read, what was guessed', async () => {
    const { page } = await open(addressOf('chapters/00-start-here.html'));
    await page.getByLabel('Colours').selectOption('dark');
    await page.getByLabel('I have read this chapter').check();
    const guess = page.locator('.guess').first();
    await guess.fill('none of them');
    await page.reload();
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(22, 24, 27)');
    expect(await page.locator('.contents .is-read').count()).toBe(1);
    expect(await guess.inputValue()).toBe('none of them');
    expect(await page.locator('details.reveal[open]').count()).toBe(0);
    await guess.press('Enter');
    expect(await page.locator('details.reveal[open]').count()).toBe(1);
  });

  it('open the contents on a phone, and close them with Escape', async () => {
    const { page, problems } = await open(addressOf('chapters/00-start-here.html'), {
      viewport: { width: 320, height: 640 },
    });
    const contents = page.getByRole('navigation', { name: 'Contents' });
    expect(await contents.isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Contents' }).click();
    expect(await contents.getByRole('link', { name: 'The house' }).isVisible()).toBe(true);
    expect(await (await prepareAxe(page))()).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await contents.isVisible()).toBe(false);
    expect(problems).toEqual([]);
  });

  it('are whole without JavaScript', async () => {
    const { page } = await open(addressOf('chapters/00-start-here.html'), { javaScriptEnabled: false });
    expect(await page.getByText('What you have seen').first().isVisible()).toBe(true);
    expect(await page.getByRole('button', { name: 'Search' }).isVisible()).toBe(false);
    await page.getByRole('link', { name: 'The house' }).click();
    expect(page.url()).toContain('docs/architecture.html');
  });

  it('do not move once they are painted', async () => {
    const { page } = await open(addressOf('chapters/00-start-here.html'));
    const moved = await page.evaluate<number>(`new Promise((resolve) => {
      let sum = 0;
      new PerformanceObserver((list) => {
        for (const { value } of list.getEntries()) sum += value;
      }).observe({ type: 'layout-shift', buffered: true });
      requestAnimationFrame(() => setTimeout(() => resolve(sum), 200));
    })`);
    expect(moved).toBeLessThan(0.01);
  });

  it('print a chapter and the whole course without the frame and with everything opened', async () => {
    const { page } = await open(addressOf('chapters/00-start-here.html'));
    for (const path of ['chapters/00-start-here.html', 'course.html']) {
      await page.goto(addressOf(path));
      const pdf = await page.pdf({ format: 'A4' });
      const count = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      expect(count, path).toBeGreaterThan(3);
    }
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.getByRole('navigation').filter({ visible: true }).count()).toBe(0);
    expect(await page.evaluate('getComputedStyle(document.body).color')).toBe('rgb(29, 33, 37)');
  });

  it('run nothing of a hostile notebook, document or search', async () => {
    const svg = { output_type: 'display_data', metadata: {}, data: { 'image/svg+xml': [hostileSvg] } };
    const stream = {
      output_type: 'stream',
      name: 'stdout',
      text: ['</samp></pre><script>window.pwned=30</script>'],
    };
    const error = {
      output_type: 'error',
      ename: '<img src=x onerror=window.pwned=31>',
      evalue: '',
      traceback: [],
    };
    const { builder, out: site } = siteOf({
      'README.md': `# Course\n\n${hostileHtml}`,
      'notebooks/00-a.ipynb': notebookOf(
        markdownCell(
          `# <img src=x onerror=window.pwned=32> "Title" </title><script>window.pwned=33</script>\n\n${hostileHtml}`,
        ),
        codeCell('</code></pre><script>window.pwned=34</script>', {
          outputs: [htmlOutput(hostileHtml), svg, stream, error],
        }),
      ),
    });
    await builder.build();
    const { page, problems } = await open(addressOf('chapters/00-a.html', site));
    for (const path of ['chapters/00-a.html', 'index.html', 'course.html']) {
      await page.goto(addressOf(path, site));
      for (const link of await page.locator('article a:not([href])').all()) await link.click();
      await page.keyboard.press('/');
      await search(page, '<img src=x onerror=window.pwned=35> words script pwned');
      await page.waitForTimeout(100);
      expect(await page.evaluate('globalThis.pwned'), path).toBeUndefined();
      expect(await page.locator('#search-results img, #search-results script').count()).toBe(0);
      expect(page.url()).toBe(addressOf(path, site));
    }
    expect(problems).toEqual([]);
  });
});
