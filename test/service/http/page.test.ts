import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchChromium } from '../../browser/chromium.ts';
import { untilRequests } from '../../endpoint/shared.ts';
import { serverFor } from './shared.ts';

/** Nothing else here needs a browser; where none is, only CI insists. */
const browser = await launchChromium().catch((error: unknown) => {
  if (process.env.CI) throw error;
  return undefined;
});
afterAll(() => browser?.close());

const hostile =
  'The old bridge was built in 1874 by the most careful builders of the whole county <img src=x onerror=alert(1)>, ' +
  'and it has carried two lanes of traffic over the river ever since.';

describe('the chat page', () => {
  it('comes with a policy that runs no script and loads nothing but its own', async () => {
    const { url } = await serverFor({ given: [] });
    for (const path of ['/', '/page.js', '/page.css']) {
      const response = await fetch(url + path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-security-policy')).toContain(
        "default-src 'none'; script-src 'self'",
      );
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    }
    const page = await (await fetch(url)).text();
    expect(page).not.toMatch(/<script>|<style|\son\w+=|style=/u);
    const script = await (await fetch(`${url}/page.js`)).text();
    expect(script).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write|eval\(/u);
  });
});

describe.skipIf(browser === undefined)('the chat page in Chromium', () => {
  const open = async (
    options: Parameters<typeof serverFor>[0] & { colorScheme?: 'light' | 'dark'; locale?: string } = {},
  ) => {
    const served = await serverFor(options);
    const context = await browser!.newContext({
      colorScheme: options.colorScheme ?? 'light',
      locale: options.locale ?? 'en-GB',
      viewport: { width: 800, height: 700 },
    });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(served.url);
    return { ...served, page, problems };
  };
  const ask = async (page: Page, question: string) => {
    await page.getByRole('textbox').fill(question);
    await page.keyboard.press('Enter');
  };
  const violations = async (page: Page) => {
    const axe = createRequire(import.meta.url).resolve('axe-core');
    // Through the debugger: the page's own policy lets no foreign script in.
    const session = await page.context().newCDPSession(page);
    const { readFile } = await import('node:fs/promises');
    await session.send('Runtime.evaluate', { expression: await readFile(axe, 'utf8') });
    const { result } = await session.send('Runtime.evaluate', {
      expression:
        'axe.run().then((found) => JSON.stringify(found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])))',
      awaitPromise: true,
    });
    return JSON.parse(result.value as string) as unknown[];
  };

  it('answers by keyboard alone, and opens a source at the exact span', async () => {
    const { page, problems } = await open();
    await ask(page, 'When was the old bridge built?');
    await page.getByText('Times:').waitFor();
    expect(await page.locator('.answer').textContent()).toBe('The old bridge was built in 1874. [1]');
    expect(await page.locator('#status').textContent()).toContain('The old bridge was built in 1874.');
    await page.locator('.cite').focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('details[open] mark').textContent()).toBe('The old bridge was built in 1874.');
    expect(await page.locator('details[open] .source').textContent()).toContain('It carries two lanes');
    expect(problems).toEqual([]);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has no fault that axe finds, with an answer and open sources, in ${colorScheme}`, async () => {
      const { page } = await open({ colorScheme });
      expect(await violations(page)).toEqual([]);
      await ask(page, 'When was the old bridge built?');
      await page.getByText('Times:').waitFor();
      for (const summary of await page.locator('summary').all()) await summary.click();
      expect(await violations(page)).toEqual([]);
      const folder = process.env.SCREENSHOTS;
      if (folder !== undefined)
        await page.screenshot({ path: `${folder}/chat-${colorScheme}.png`, fullPage: true });
    });
  }

  it('shows the HTML of a hostile document as text', async () => {
    const given = [{ id: 'x<i>.md', text: hostile, metadata: { title: '<img src=x onerror=alert(1)>' } }];
    const { page, problems } = await open({ given });
    await ask(page, 'When was the old bridge built?');
    await page.getByText('Times:').waitFor();
    expect(await page.locator('.answer').textContent()).toContain('county <img src=x onerror=alert(1)>, and');
    expect(await page.locator('article img, article script, article b').count()).toBe(0);
    expect(await page.title()).toBe('Ask the documents');
    expect(problems).toEqual([]);
  });

  it("stops the server's work with its stop button and with Escape", async () => {
    const { page, endpoint } = await open({ endpoint: { tokensPerSecond: 5 } });
    for (const [round, stop] of [
      () => page.getByRole('button', { name: 'Stop' }).click(),
      () => page.keyboard.press('Escape'),
    ].entries()) {
      await ask(page, 'When was the old bridge built?');
      await untilRequests(endpoint.url, ({ requests }) => (requests[round]?.tokens ?? 0) > 0);
      await stop();
      await untilRequests(endpoint.url, ({ cancelled, running }) => cancelled === round + 1 && running === 0);
      await page.getByText('Stopped.').nth(round).waitFor();
    }
  });

  it('says in words what failed, and asks again', async () => {
    const { page } = await open({ endpoint: { fault: 'unauthorized first=1' } });
    await ask(page, 'When was the old bridge built?');
    await page.locator('.problem').waitFor();
    expect(await page.locator('.problem').textContent()).toContain('does not accept the key (401)');
    await page.getByRole('button', { name: 'Ask again' }).click();
    await page.getByText('[1]', { exact: true }).first().waitFor();
  });

  it('speaks Chinese to a Chinese browser, and changes when told', async () => {
    const { page } = await open({ locale: 'zh-CN' });
    expect(await page.getByRole('button', { name: '提问' }).isVisible()).toBe(true);
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    await page.getByRole('button', { name: 'English' }).click();
    expect(await page.getByRole('button', { name: 'Ask', exact: true }).isVisible()).toBe(true);
  });
});
