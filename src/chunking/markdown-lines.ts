/** What a line of Markdown is, as far as cutting needs to know (CommonMark 0.31, GFM tables). */
export type Line =
  | { readonly kind: 'blank' | 'text' | 'table' }
  | { readonly kind: 'heading'; readonly level: number; readonly title: string }
  | { readonly kind: 'fence'; readonly marker: string; readonly info: string };

/** Units of a line that are looked at. Headings and fences are shorter; what is longer is text. */
export const lineReach = 512;

/** Where the line from `start` ends, its line break included. */
export function lineEnd(text: string, start: number): number {
  const newline = text.indexOf('\n', start);
  return newline < 0 ? text.length : newline + 1;
}

/** Reads the line that begins at `start`, and as much of the next as a heading underlined with `===` needs. */
export function lineAt(text: string, start: number, end: number): Line {
  if (end - start > lineReach) return { kind: 'text' };
  const line = text.slice(start, end).trimEnd();
  const content = line.trimStart();
  if (content === '') return { kind: 'blank' };
  const indent = line.length - content.length;
  if (indent > 3 || line.startsWith('\t')) return { kind: 'text' };
  const atx = /^(#{1,6})(?:[ \t]+(.*?))??(?:[ \t]+#+)?$/.exec(content);
  if (atx) return { kind: 'heading', level: atx[1]!.length, title: atx[2] ?? '' };
  const fence = /^(`{3,}(?=[^`]*$)|~{3,})(.*)$/.exec(content);
  if (fence) return { kind: 'fence', marker: fence[1]!, info: fence[2]!.trim() };
  if (content.startsWith('|')) return { kind: 'table' };
  return { kind: 'text' };
}

/** The level of the heading that the line from `start` makes of the text line above it, or 0. */
export function underlineLevel(text: string, start: number): number {
  const line = text.slice(start, Math.min(lineEnd(text, start), start + 256)).trimEnd();
  if (/^ {0,3}=+$/.test(line)) return 1;
  return /^ {0,3}-+$/.test(line) ? 2 : 0;
}

/** Whether a line closes the fence that `marker` opened. */
export function closesFence(text: string, start: number, end: number, marker: string): boolean {
  if (end - start > lineReach) return false;
  const line = text.slice(start, end).trim();
  return line.length >= marker.length && line === marker[0]!.repeat(line.length);
}

/** Where the YAML block at the very start of a text ends, or 0. A block without an end is not one. */
export function frontMatterEnd(text: string): number {
  const match = /^\uFEFF?---[ \t]*\r?\n(?:[^]*?\r?\n)??(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/.exec(text);
  return match === null ? 0 : match[0].length;
}
