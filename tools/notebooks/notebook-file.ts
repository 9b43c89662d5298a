import { readFile, rename, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import type { Output } from '../../kernel/client/output-area.ts';
import { kernelInfo } from '../../kernel/kernel-info.ts';

/** What an author asks of the runner in a cell's metadata. */
export interface CellSettings {
  /** Regular expressions: what they match varies from run to run. */
  readonly masks?: readonly string[];
  /** `exact` compares pictures byte by byte; otherwise only kind, title and size count. @default 'shape' */
  readonly images?: 'exact' | 'shape';
  /** How long the cell may take. @default 120000 */
  readonly timeoutMs?: number;
}

export interface CellMetadata extends Record<string, unknown> {
  readonly tags?: readonly string[];
  readonly 'streaming-rag'?: CellSettings;
}

export interface Cell {
  id: string;
  cell_type: string;
  metadata: CellMetadata;
  source: string;
  execution_count?: number | null;
  outputs?: Output[];
  attachments?: unknown;
}

export interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
  nbformat: number;
  nbformat_minor: number;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What the course's kernel says of itself, to the letter: JupyterLab marks a notebook as changed when they differ. */
export const notebookMetadata = {
  kernelspec: { display_name: 'TypeScript', language: 'typescript', name: 'tslab' },
  language_info: kernelInfo()['language_info'] as Record<string, string>,
};

/** Reads a notebook with all its texts whole. @throws if the file is no notebook of format 4. */
export async function readNotebook(path: string): Promise<Notebook> {
  return parseNotebook(await readFile(path, 'utf8'), path);
}

export function parseNotebook(text: string, name: string): Notebook {
  const raw = JSON.parse(text) as Notebook & { cells?: unknown };
  if (raw.nbformat !== 4 || !Array.isArray(raw.cells)) throw new Error(`${name} is no notebook of format 4`);
  const cells = raw.cells.map((cell) => ({
    ...cell,
    source: joined(cell.source),
    ...(cell.outputs && { outputs: cell.outputs.map(wholeOutput) }),
  }));
  return { cells, metadata: raw.metadata ?? {}, nbformat: 4, nbformat_minor: 5 };
}

/**
 * The notebook as it is committed: as JupyterLab would save it (sorted keys, texts as lines, one space of indent), with its own
 * ids and nothing that only says when or how fast it ran.
 */
export function formatNotebook(notebook: Notebook): string {
  const cells = notebook.cells.map((cell, index) => {
    const { collapsed, execution, scrolled, trusted, ...metadata } = cell.metadata;
    void [collapsed, execution, scrolled, trusted];
    const id = cell.id ?? stableId(cell.source, index);
    const base = { cell_type: cell.cell_type, id, metadata, source: lines(cell.source) };
    if (cell.cell_type !== 'code') {
      return cell.attachments === undefined ? base : { ...base, attachments: cell.attachments };
    }
    const outputs = (cell.outputs ?? []).map(storedOutput);
    return { ...base, execution_count: cell.execution_count ?? null, outputs };
  });
  const whole = { cells, metadata: notebookMetadata, nbformat: 4, nbformat_minor: 5 };
  return `${JSON.stringify(sorted(whole as unknown as Json), null, 1)}\n`;
}

/** Writes beside the file and renames, so that a notebook is never half written. */
export async function writeNotebook(path: string, notebook: Notebook): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  await writeFile(draft, formatNotebook(notebook));
  await rename(draft, path);
}

/** Run All runs the code cells that have something in them. */
export function isRunnable(cell: Cell): boolean {
  return cell.cell_type === 'code' && cell.source.trim() !== '';
}

export function joined(text: unknown): string {
  if (Array.isArray(text)) return text.join('');
  return typeof text === 'string' ? text : '';
}

export function firstLineOf(source: string): string {
  const line = source.trim().split('\n')[0] ?? '';
  return line.length > 70 ? `${line.slice(0, 69)}…` : line;
}

const isText = (mime: string): boolean =>
  mime.startsWith('text/') || ['image/svg+xml', 'application/javascript'].includes(mime);

function wholeOutput(output: Output): Output {
  if (output.output_type === 'stream') return { ...output, text: joined(output.text) };
  if (output.output_type === 'error') return output;
  const data = Object.entries(output.data).map(([mime, value]) => [
    mime,
    Array.isArray(value) && !mime.endsWith('json') ? joined(value) : value,
  ]);
  return { ...output, data: Object.fromEntries(data) as Record<string, unknown> };
}

function storedOutput(output: Output): unknown {
  if (output.output_type === 'stream') return { ...output, text: lines(output.text) };
  if (output.output_type === 'error') return output;
  const data = Object.entries(output.data).map(([mime, value]) => [
    mime,
    typeof value === 'string' && isText(mime) ? lines(value) : value,
  ]);
  return { ...output, data: Object.fromEntries(data) as Record<string, unknown> };
}

function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function stableId(source: string, index: number): string {
  return createHash('sha256').update(`${index}\n${source}`).digest('hex').slice(0, 8);
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]));
}
