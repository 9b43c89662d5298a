import { closesFence, lineAt, lineEnd, lineReach, underlineLevel } from './markdown-lines.ts';

export interface Heading {
  readonly level: number;
  readonly title: string;
}

/** What is known where a scan begins. */
export interface MarkdownState {
  /** The headings above, outermost first. */
  readonly headings: readonly Heading[];
  /** The marker of the fence that the text is in. */
  readonly fence: string | undefined;
  /** A line begins here. */
  readonly atLine: boolean;
}

/** The blocks from one position on, as far as one chunk may reach. */
export interface MarkdownScan {
  /** Where a heading or the end of the text stops the chunk, if within reach. */
  readonly stop: number | undefined;
  /** Starts of blocks after the first, up to the limit. */
  readonly borders: readonly number[];
  /** End of the fence or table that the limit falls into, if it ends within reach; `Infinity` if it does not. */
  readonly atomicEnd: number | undefined;
  readonly headings: readonly Heading[];
  /** Opened fences, the one at the start included. */
  readonly fences: readonly { readonly start: number; readonly end: number; readonly marker: string }[];
}

/** Reads lines from `start` until the first that begins beyond `limit`, and the rest of a block that may not be cut. */
export function scanMarkdown(
  text: string,
  start: number,
  limit: number,
  ended: boolean,
  state: MarkdownState,
): MarkdownScan {
  let headings = [...state.headings];
  const borders: number[] = [];
  const fences: { start: number; end: number; marker: string }[] = [];
  const reach = limit + (limit - start);
  let fence = state.fence;
  if (fence !== undefined) fences.push({ start: -1, end: Infinity, marker: fence });
  let tableStart: number | undefined;
  let hasContent = fence !== undefined || !state.atLine;
  let afterBlank = false;
  let stop: number | undefined;
  let atLine = state.atLine;
  let at = start;

  while (at < text.length) {
    if (at > limit && fence === undefined && tableStart === undefined) break;
    if (at > reach) break;
    const end = lineEnd(text, at);
    if (fence !== undefined) {
      if (atLine && closesFence(text, at, end, fence)) {
        fences.at(-1)!.end = end;
        fence = undefined;
        afterBlank = true;
      }
    } else {
      const line = atLine ? lineAt(text, at, end) : { kind: 'text' as const };
      if (line.kind !== 'table') tableStart = undefined;
      const level =
        line.kind === 'heading'
          ? line.level
          : line.kind === 'text' && atLine && end - at <= lineReach
            ? underlineLevel(text, end)
            : 0;
      if (level > 0) {
        const deeper = (headings.at(-1)?.level ?? 0) < level;
        if (hasContent || (at > start && !deeper)) {
          stop = at;
          break;
        }
        const title = line.kind === 'heading' ? line.title : text.slice(at, end).trim();
        headings = [...headings.filter((heading) => heading.level < level), { level, title }];
        afterBlank = false;
        at = line.kind === 'heading' ? end : lineEnd(text, end);
        continue;
      }
      const opens = line.kind === 'fence' || (line.kind === 'table' && tableStart === undefined);
      if (hasContent && line.kind !== 'blank' && (afterBlank || opens) && at <= limit) borders.push(at);
      if (line.kind === 'fence') {
        fence = line.marker;
        fences.push({ start: at, end: Infinity, marker: line.marker });
      }
      if (line.kind === 'table') tableStart ??= at;
      if (line.kind !== 'blank') hasContent = true;
      afterBlank = line.kind === 'blank';
    }
    at = end;
    atLine = true;
  }
  if (stop === undefined && at >= text.length && ended) stop = text.length;
  const last = fences.at(-1);
  let atomicEnd: number | undefined;
  if (last !== undefined && last.start <= limit && last.end > limit) atomicEnd = last.end;
  else if (tableStart !== undefined && tableStart <= limit) atomicEnd = at > reach ? Infinity : at;
  return { stop, borders, atomicEnd, headings, fences };
}
