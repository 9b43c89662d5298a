// Runs chapters as a reader does: `npm start`, JupyterLab in Chromium, Run All; looks for errors, keeps screenshots in
// build/screenshots/. `node test/browser/run-in-lab.ts [notebook …]`
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Page } from 'playwright-core';
import { notebooksFromArguments, root } from './checkout-root.ts';
import { launchChromium } from './chromium.ts';
import { startLab } from './lab-session.ts';
import { codeCells, lateError } from './notebook-file.ts';

const screenshots = join(root, 'build', 'screenshots');
const limitMs = 180_000;

mkdirSync(screenshots, { recursive: true });
const problems: string[] = [];
const browser = await launchChromium();
try {
  const lab = await startLab();
  try {
    console.log(`npm start was ready in ${lab.seconds.toFixed(1)} s`);
    for (const notebook of notebooksFromArguments()) {
      const before = readFileSync(join(root, notebook));
      try {
        problems.push(...(await runNotebook(lab.address, notebook)));
      } finally {
        // JupyterLab saves by itself after two minutes.
        if (!readFileSync(join(root, notebook)).equals(before)) writeFileSync(join(root, notebook), before);
      }
    }
  } finally {
    await lab.stop();
  }
} finally {
  await browser.close();
}
for (const problem of problems) console.error(problem);
console.log(
  problems.length === 0 ? 'JupyterLab: all cells ran, nothing is left running.' : 'JupyterLab: failed.',
);
process.exitCode = problems.length === 0 ? 0 : 1;

async function runNotebook(address: string, notebook: string): Promise<string[]> {
  const name = basename(notebook, '.ipynb');
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
  const found: string[] = [];
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== '127.0.0.1')
      found.push(`a request left the machine: ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) found.push(`${response.status()} from ${response.url()}`);
  });
  page.on('pageerror', (error) => console.error(`    page: ${error.message}`));
  try {
    const url = new URL(address);
    if (!decodeURIComponent(url.pathname).endsWith(notebook)) url.pathname = `/lab/tree/${notebook}`;
    await page.goto(url.href);
    await page.locator('.jp-Notebook .jp-Cell').first().waitFor({ timeout: limitMs });
    // The status bar: the indicator beside the kernel's name says idle before there is a kernel.
    await page.getByText(/\| Idle$/).waitFor({ timeout: limitMs });
    for (const dialog of await page.locator('.jp-Dialog, .jp-toast').allInnerTexts())
      found.push(`JupyterLab asks: ${dialog}`);
    await page.screenshot({ path: join(screenshots, `${name}-opened.png`) });

    const startedMs = performance.now();
    await page.getByRole('menuitem', { name: 'Run', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Run All Cells', exact: true }).click();
    found.push(...(await waitForCells(page, codeCells(join(root, notebook)).length)));
    console.log(`${notebook}: Run All took ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);

    await keepScreenshots(page, name);
  } catch (error) {
    await page.screenshot({ path: join(screenshots, `${name}-failed.png`) });
    found.push(`${notebook}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await page.close();
  }
  return found;
}

/** Waits until every code cell carries its number, or one has failed; returns what is wrong. */
async function waitForCells(page: Page, count: number): Promise<string[]> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const prompts = await page.locator('.jp-CodeCell .jp-InputArea-prompt').allTextContents();
    const numbered = prompts.filter((prompt) => /\[\d+\]/.test(prompt)).length;
    const errors = await outputsOf(page, 'error').allTextContents();
    const texts = await outputsOf(page, 'stderr').allTextContents();
    const wrong = [...errors, ...texts.filter((text) => lateError.test(text))];
    if (wrong.length > 0) return wrong.map((text) => `error output: ${text}`);
    if (numbered >= count) {
      await page.getByText(/\| Idle$/).waitFor({ timeout: limitMs });
      return [];
    }
    if (performance.now() > deadline)
      return [`only ${numbered} of ${count} code cells ran within ${limitMs / 1000} s`];
    await page.waitForTimeout(200);
  }
}

function outputsOf(page: Page, kind: 'error' | 'stderr') {
  return page.locator(`.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.${kind}"]`);
}

/** The whole notebook, a window at a time, in the light and the dark theme. */
async function keepScreenshots(page: Page, name: string): Promise<void> {
  const last = page.locator('.jp-Notebook .jp-Cell').last();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // By the wheel, as a reader does. JupyterLab lets one scroll past the last cell, to an empty window.
    await page.mouse.move(760, 500);
    await page.mouse.wheel(0, -1_000_000);
    await page.waitForTimeout(1500); // the theme's style sheet
    for (let window = 1; window <= 40; window++) {
      const number = String(window).padStart(2, '0');
      await page.screenshot({ path: join(screenshots, `${name}-${colorScheme}-${number}.png`) });
      const box = await last.boundingBox();
      if (box && box.y + box.height < 900) break;
      await page.mouse.wheel(0, 700);
      await page.waitForTimeout(400);
    }
  }
}
