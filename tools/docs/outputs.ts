import { stripVTControlCharacters } from 'node:util';
import { escapeHtml } from './escape.ts';
import { sanitiseOutput } from './sanitise.ts';

/** One output of a cell, as Jupyter's format 4 keeps it with its texts joined. */
export type CellOutput =
  | { readonly output_type: 'stream'; readonly name?: string; readonly text: string }
  | {
      readonly output_type: 'error';
      readonly ename: string;
      readonly evalue: string;
      readonly traceback?: readonly string[];
    }
  | {
      readonly output_type: 'display_data' | 'execute_result' | 'update_display_data';
      readonly data: Readonly<Record<string, unknown>>;
    };

export interface OutputSettings {
  /** What the outputs belong to, for people who cannot see: `cell 3`. */
  readonly label: string;
  /** Whether the cell is there to fail. */
  readonly isMeantToFail: boolean;
  readonly markdown: (text: string) => string;
}

/** Outputs as harmless HTML; the richest form of each that a page can show without script. */
export function outputsHtml(outputs: readonly CellOutput[], settings: OutputSettings): string {
  return joinStreams(outputs)
    .map((output) => outputHtml(output, settings))
    .join('');
}

function outputHtml(output: CellOutput, { label, isMeantToFail, markdown }: OutputSettings): string {
  if (output.output_type === 'stream') {
    const kind = output.name === 'stderr' ? 'stderr' : 'stdout';
    return textOutput(output.text, kind);
  }
  if (output.output_type === 'error') {
    const title = isMeantToFail ? 'An error, on purpose' : 'An error';
    const trace = output.traceback?.length
      ? output.traceback.join('\n')
      : `${output.ename}: ${output.evalue}`;
    return `<div class="failure"><p class="failure-title">${title}</p>${textOutput(trace, 'error')}</div>\n`;
  }
  const text = (mime: string) => {
    const value = output.data[mime];
    return Array.isArray(value) ? value.join('') : typeof value === 'string' ? value : undefined;
  };
  const html = text('text/html');
  if (html !== undefined) {
    const safe = sanitiseOutput(html);
    return safe.trim() === ''
      ? ''
      : `<div class="output is-rich scroll" role="group" tabindex="0" aria-label="Output of ${escapeHtml(label)}">${safe}</div>\n`;
  }
  const svg = text('image/svg+xml');
  if (svg !== undefined) {
    // As a picture, an SVG can neither run script nor load anything.
    const title = /<title[^>]*>([\s\S]*?)<\/title>/i
      .exec(svg)?.[1]
      ?.replace(/<[^>]*>/g, '')
      .trim();
    const alt = title || `Picture put out by ${label}`;
    const data = Buffer.from(svg).toString('base64');
    return figure(`data:image/svg+xml;base64,${data}`, alt);
  }
  for (const mime of ['image/png', 'image/jpeg', 'image/gif', 'image/webp']) {
    const data = text(mime)?.replace(/\s/g, '');
    if (data !== undefined && /^[A-Za-z0-9+/=]*$/.test(data))
      return figure(`data:${mime};base64,${data}`, text('text/plain') ?? `Picture put out by ${label}`);
  }
  const prose = text('text/markdown');
  if (prose !== undefined) return `<div class="output is-rich">${markdown(prose)}</div>\n`;
  const plain = text('text/plain');
  if (plain !== undefined) return textOutput(plain, 'value');
  const json = output.data['application/json'];
  return json === undefined ? '' : textOutput(JSON.stringify(json, null, 2), 'value');
}

function figure(source: string, alt: string): string {
  return `<div class="output is-rich"><img src="${source}" alt="${escapeHtml(alt)}"></div>\n`;
}

function textOutput(text: string, kind: string): string {
  const clean = stripVTControlCharacters(text).replace(/\s+$/, '');
  return clean === ''
    ? ''
    : `<pre class="output is-${kind}" tabindex="0"><samp>${escapeHtml(clean)}</samp></pre>\n`;
}

/** Pieces of one stream that follow each other are one text. */
function joinStreams(outputs: readonly CellOutput[]): CellOutput[] {
  const joined: CellOutput[] = [];
  for (const output of outputs) {
    const last = joined.at(-1);
    if (output.output_type === 'stream' && last?.output_type === 'stream' && last.name === output.name)
      joined[joined.length - 1] = { ...last, text: last.text + output.text };
    else joined.push(output);
  }
  return joined;
}
