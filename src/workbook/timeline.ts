import { escapeHtml } from './html.ts';
import { picture } from './picture.ts';

/** One bar of a timeline. Times are in milliseconds, on any clock that the spans share. */
export interface Span {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export interface TimelineOptions {
  readonly title: string;
  /** Width of the picture in SVG units, from 320. @default 720 */
  readonly width?: number;
}

/** A step of 1, 2 or 5 × 10ⁿ that gives at most six marks. */
function niceStep(range: number): number {
  const raw = range / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10);
}

/**
 * Draws spans as bars on one time axis that starts at the earliest, each on a row of its own, in the order given.
 *
 * @returns HTML: an image and its data as a table.
 * @throws RangeError if there is no span, or one ends before it starts or is not finite.
 */
export function timeline(spans: readonly Span[], { title, width = 720 }: TimelineOptions): string {
  if (spans.length === 0) throw new RangeError('`spans` must hold at least one span, got none');
  if (!(width >= 320)) throw new RangeError(`\`width\` must be a number from 320 up, got ${width}`);
  for (const { name, start, end } of spans) {
    if (!Number.isFinite(start) || !Number.isFinite(end) || end < start) {
      throw new RangeError(`Span '${name}' must end at or after its start, got ${start} to ${end}`);
    }
  }
  const first = Math.min(...spans.map((span) => span.start));
  const range = Math.max(...spans.map((span) => span.end)) - first || 1;
  const left = 150;
  const right = 74;
  const rowHeight = 26;
  const top = 34;
  const height = top + spans.length * rowHeight + 30;
  const x = (time: number) => left + ((time - first) / range) * (width - left - right);
  const marks: number[] = [];
  for (let mark = 0; mark <= range; mark += niceStep(range)) marks.push(mark);

  const axis = marks
    .map((mark) => {
      const at = x(first + mark).toFixed(1);
      return (
        `<line class="line" x1="${at}" x2="${at}" y1="${top}" y2="${height - 26}"/>` +
        `<text class="muted" x="${at}" y="${height - 10}" text-anchor="middle">${Number(mark.toPrecision(6))} ms</text>`
      );
    })
    .join('');
  const bars = spans
    .map(({ name, start, end }, row) => {
      const y = top + row * rowHeight;
      const barWidth = Math.max(2, x(end) - x(start));
      return (
        `<text class="ink" x="${left - 10}" y="${y + 17}" text-anchor="end">${escapeHtml(name)}</text>` +
        `<rect class="c${row % 6}" x="${x(start).toFixed(1)}" y="${y + 4}" width="${barWidth.toFixed(1)}" height="${rowHeight - 8}" rx="3"/>` +
        `<text class="muted" x="${(x(start) + barWidth + 6).toFixed(1)}" y="${y + 17}">${round(end - start)} ms</text>`
      );
    })
    .join('');
  const rows = spans.map(({ name, start, end }) => [
    name,
    `${round(start - first)} ms`,
    `${round(end - start)} ms`,
  ]);
  return picture({
    title,
    description: `A timeline of ${spans.length} stages over ${round(range)} ms: ${spans.map(({ name, start, end }) => `${name} ${round(end - start)} ms`).join(', ')}.`,
    width,
    height,
    body: `<text class="ink title" x="16" y="22">${escapeHtml(title)}</text>${axis}${bars}`,
    table: { header: ['stage', 'starts at', 'takes'], rows },
  });
}

function round(ms: number): number {
  return ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms);
}
