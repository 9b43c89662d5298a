import { escapeHtml } from './html.ts';
import { picture } from './picture.ts';

export interface LineSeries {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface LineChartOptions {
  readonly title: string;
  /** What the axes count, with the unit: `values`, `MB`. */
  readonly xLabel: string;
  readonly yLabel: string;
}

const frame = { left: 64, right: 700, top: 40, bottom: 250 };

/**
 * Draws series of points as lines on common axes that begin at 0.
 *
 * @returns HTML: an image and its data as a table.
 * @throws RangeError if there is no point, or one is negative or not finite.
 */
export function lineChart(
  series: readonly LineSeries[],
  { title, xLabel, yLabel }: LineChartOptions,
): string {
  const all = series.flatMap(({ points }) => points);
  if (all.length === 0) throw new RangeError('`series` must hold at least one point, got none');
  for (const { x, y } of all) {
    if (!(x >= 0 && y >= 0 && Number.isFinite(x + y)))
      throw new RangeError(`A point must be finite and not negative, got ${x}, ${y}`);
  }
  const maxX = Math.max(...all.map(({ x }) => x)) || 1;
  const maxY = Math.max(...all.map(({ y }) => y)) || 1;
  const place = ({ x, y }: { x: number; y: number }) =>
    `${(frame.left + (x / maxX) * (frame.right - frame.left)).toFixed(1)},${(frame.bottom - (y / maxY) * (frame.bottom - frame.top)).toFixed(1)}`;
  const marks = [0, 0.5, 1].map((part) => {
    const y = frame.bottom - part * (frame.bottom - frame.top);
    return (
      `<line class="line" x1="${frame.left}" x2="${frame.right}" y1="${y}" y2="${y}"/>` +
      `<text class="muted" x="${frame.left - 8}" y="${y + 4}" text-anchor="end">${short(part * maxY)}</text>`
    );
  });
  const lines = series.map(({ name, points }, index) => {
    const at = frame.left + 8 + index * 200;
    return (
      `<polyline class="s${index % 6}" stroke-width="2.5" points="${points.map(place).join(' ')}"/>` +
      `<rect class="c${index % 6}" x="${at}" y="286" width="14" height="6"/>` +
      `<text class="ink" x="${at + 20}" y="294">${escapeHtml(name)}</text>`
    );
  });
  const peaks = series.map(
    ({ name, points }) => `${name}: at most ${short(Math.max(...points.map(({ y }) => y)))} ${yLabel}`,
  );
  return picture({
    title,
    description: `${yLabel} over ${xLabel}. ${peaks.join('; ')}.`,
    width: 720,
    height: 306,
    body:
      `<text class="ink title" x="16" y="22">${escapeHtml(`${title} (${yLabel})`)}</text>${marks.join('')}${lines.join('')}` +
      `<text class="muted" x="${frame.right}" y="${frame.bottom + 18}" text-anchor="end">${short(maxX)} ${escapeHtml(xLabel)}</text>`,
    table: {
      header: ['series', xLabel, yLabel],
      rows: series.flatMap(({ name, points }) => points.map(({ x, y }) => [name, short(x), short(y)])),
    },
  });
}

function short(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 });
}
