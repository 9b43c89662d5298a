import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { createSiteBuilder, type SiteBuilder, type SiteOptions } from '../../tools/docs/build-site.ts';

export const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');

/** A folder that is gone when the process ends or `dispose` is called. */
export function temporaryFolder(): { path: string; [Symbol.dispose]: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'course-site-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A site of files made for one test. @param files Contents by path. */
export function siteOf(
  files: Readonly<Record<string, string>>,
  options: Partial<SiteOptions> = {},
): { builder: SiteBuilder; root: string; out: string } {
  const folder = temporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  const root = join(folder.path, 'repository');
  writeFiles(root, files);
  const out = join(folder.path, 'site');
  return { builder: createSiteBuilder({ root, out, ...options }), root, out };
}

export function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

interface CellOptions {
  readonly outputs?: readonly unknown[];
  readonly tags?: readonly string[];
}

export function codeCell(source: string, { outputs = [], tags = [] }: CellOptions = {}): unknown {
  const id = `c${source.length}-${outputs.length}`;
  return { cell_type: 'code', id, execution_count: 1, metadata: { tags }, source: [source], outputs };
}

export function markdownCell(source: string): unknown {
  return { cell_type: 'markdown', id: `m${source.length}`, metadata: {}, source: [source] };
}

export function notebookOf(...cells: readonly unknown[]): string {
  return JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
}

export function htmlOutput(html: string): unknown {
  return { output_type: 'display_data', metadata: {}, data: { 'text/html': [html] } };
}
