import { basename } from 'node:path';
import type { Cell, Notebook } from '../notebooks/notebook-file.ts';
import { escapeHtml } from './escape.ts';
import { exerciseHtml, type ExerciseText, helpHtml } from './exercises.ts';
import type { Highlight } from './highlight.ts';
import { codeBlock, type RenderMarkdown, type TextPlace } from './markdown.ts';
import { outputsHtml } from './outputs.ts';
import type { Provenance } from './provenance.ts';

export interface ChapterTools {
  readonly highlight: Highlight;
  readonly markdown: RenderMarkdown;
  readonly provenance: Provenance;
  readonly exercises: readonly ExerciseText[];
}

/** A notebook as an article: its text, its code, its committed outputs and where each comes from. */
export function chapterHtml(notebook: Notebook, place: TextPlace, tools: ChapterTools): string {
  const parts: string[] = [];
  const shown = new Set<ExerciseText>();
  let asks = false;
  for (const [index, cell] of notebook.cells.entries()) {
    if (cell.cell_type === 'markdown') {
      parts.push(tools.markdown(withAttachments(cell), place));
      asks = /\*\*Predict\b/.test(cell.source);
    } else if (cell.cell_type === 'code') {
      parts.push(codeCell(cell, index, asks, place, tools));
      if ((cell.outputs ?? []).length > 0) asks = false;
      const exercise = exerciseOf(cell, tools.exercises);
      if (exercise !== undefined && !shown.has(exercise)) parts.push(helpHtml(exercise, place, tools));
      if (exercise !== undefined) shown.add(exercise);
    } else if (cell.cell_type === 'raw') parts.push(codeBlock(cell.source, '', tools.highlight));
  }
  const rest = tools.exercises.filter((exercise) => !shown.has(exercise));
  if (rest.length > 0) {
    parts.push(tools.markdown('## Exercises', place));
    parts.push(...rest.map((exercise) => exerciseHtml(exercise, place, tools)));
  }
  return parts.join('\n');
}

/** The exercise whose check a cell calls, by name or number. */
function exerciseOf(cell: Cell, exercises: readonly ExerciseText[]): ExerciseText | undefined {
  const id = /\bcheck\(\s*['"]([^'"]+)['"]/.exec(cell.source)?.[1];
  return exercises.find(({ name, number }) => name === id || number === id);
}

/** The chapter's own words for what it is: its first heading, and the paragraph after it. */
export function chapterFacts(notebook: Notebook, path: string): { title: string; description: string } {
  const text = notebook.cells.find(({ cell_type }) => cell_type === 'markdown')?.source ?? '';
  const title = /^#\s+(.+)$/m.exec(text)?.[1]?.trim() ?? basename(path, '.ipynb');
  const first =
    text.split(/\n\s*\n/).find((block) => block.trim() !== '' && !block.trim().startsWith('#')) ?? '';
  return { title, description: plainText(first) };
}

/** Markdown's marks taken off, for a line of description. */
export function plainText(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*_`]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function codeCell(cell: Cell, index: number, asks: boolean, place: TextPlace, tools: ChapterTools): string {
  const prefix = place.idPrefix ?? '';
  const id = `${prefix}cell-${cell.id || index}`.replace(/[^\p{L}\p{N}_-]/gu, '-');
  place.ids.add(id);
  const number = cell.execution_count ?? undefined;
  const label = number === undefined ? `a cell` : `cell ${number}`;
  const tags = cell.metadata.tags ?? [];
  const outputs = outputsHtml(cell.outputs ?? [], {
    label,
    isMeantToFail: tags.includes('raises-exception'),
    markdown: (text) => tools.markdown(text, { ...place, link: () => undefined }),
  });
  const source = codeBlock(cell.source, 'typescript', tools.highlight);
  if (outputs === '') return `<div class="cell" id="${id}">${source}</div>\n`;
  const isMasked = (cell.metadata['streaming-rag']?.masks ?? []).length > 0;
  const body = `<div class="outputs">${outputs}<p class="provenance no-search">${escapeHtml(
    tools.provenance.ofCell(tags, isMasked),
  )}</p></div>`;
  if (!asks) return `<div class="cell" id="${id}">${source}${body}</div>\n`;
  const field = `${id}-guess`;
  return (
    `<div class="cell" id="${id}">${source}<div class="predict no-search"><label for="${field}">Your prediction</label>` +
    `<input type="text" id="${field}" class="guess" autocomplete="off" placeholder="first guess, then look"></div>` +
    `<details class="reveal"><summary>Show what it puts out</summary>${body}</details></div>\n`
  );
}

/** Pictures that a notebook carries in itself become data addresses. */
function withAttachments(cell: Cell): string {
  const attachments = cell.attachments as Record<string, Record<string, string>> | undefined;
  if (attachments === undefined) return cell.source;
  return cell.source.replace(/\]\(attachment:([^)\s]+)\)/g, (whole, name: string) => {
    const [mime, data] = Object.entries(attachments[decodeURI(name)] ?? {})[0] ?? [];
    return mime === undefined || !mime.startsWith('image/') ? whole : `](data:${mime};base64,${data})`;
  });
}
