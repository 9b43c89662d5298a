import { DocumentError } from './document-error.ts';
import type { Part } from './part.ts';

interface Cell {
  readonly cell_type?: unknown;
  readonly source?: unknown;
}

interface Notebook {
  readonly cells?: unknown;
  readonly metadata?: {
    readonly kernelspec?: { readonly language?: unknown };
    readonly language_info?: { readonly name?: unknown };
  };
}

/**
 * A Jupyter notebook (nbformat 4) as Markdown: its Markdown cells as they are, its code cells as fenced code. Outputs
 * are left out.
 * @throws DocumentError for what is no notebook.
 */
export function parseNotebook(text: string, path: string): readonly Part[] {
  let notebook: Notebook;
  try {
    notebook = JSON.parse(text) as Notebook;
  } catch (error) {
    throw new DocumentError('format', path, `'${path}' is not valid JSON`, { cause: error });
  }
  const cells = notebook?.cells;
  if (!Array.isArray(cells))
    throw new DocumentError('format', path, `'${path}' is not a notebook of nbformat 4: it has no \`cells\``);
  const language = notebook.metadata?.language_info?.name ?? notebook.metadata?.kernelspec?.language;
  const codeLanguage = typeof language === 'string' ? language : '';
  const blocks: string[] = [];
  let title: string | undefined;
  for (const cell of cells as (Cell | null)[]) {
    const source = sourceOf(cell?.source).trimEnd();
    if (source.trim() === '') continue;
    if (cell?.cell_type === 'code') {
      // A fence longer than any in the code cannot be closed by it.
      const longest = Math.max(2, ...(source.match(/`{3,}/g) ?? []).map((fence) => fence.length));
      const fence = '`'.repeat(longest + 1);
      blocks.push(`${fence}${codeLanguage}\n${source}\n${fence}`);
    } else {
      title ??= /^#{1,6}[ \t]+(.+?)[ \t]*$/m.exec(source)?.[1];
      blocks.push(source);
    }
  }
  return [{ kind: 'text', text: blocks.join('\n\n'), metadata: title === undefined ? {} : { title } }];
}

function sourceOf(source: unknown): string {
  if (Array.isArray(source)) return source.filter((line) => typeof line === 'string').join('');
  return typeof source === 'string' ? source : '';
}
