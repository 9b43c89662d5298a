import { escapeHtml, htmlTable } from './html.ts';

export interface PictureOptions {
  readonly title: string;
  /** What a person who cannot see the picture should know. */
  readonly description: string;
  /** Width and height of the drawing in SVG units. */
  readonly width: number;
  readonly height: number;
  /** SVG elements. Colours by class: `ink`, `muted`, `line`, `panel`, `c0` … `c5` (fill) and `s0` … `s5` (stroke). */
  readonly body: string;
  /** The numbers behind the picture, shown below it behind a disclosure. */
  readonly table: {
    readonly header: readonly string[];
    readonly rows: readonly (readonly (string | number)[])[];
  };
}

// Okabe & Ito's colours (https://jfly.uni-koeln.de/color/) can be told apart with any kind of colour vision.
const light = ['#0072b2', '#d55e00', '#009e73', '#b0628f', '#8a6d00', '#3b7ea1'];
const dark = ['#56b4e9', '#f0883e', '#2fc79b', '#dd9bc4', '#e6c84d', '#9ad1f5'];

/**
 * A picture as HTML: an `<img>` with the SVG inside, and its data as a table. JupyterLab strips inline `<svg>` from
 * notebooks that are not yet trusted, but keeps an image; the drawing brings its own panel and ink, for light and dark.
 */
export function picture({ title, description, width, height, body, table }: PictureOptions): string {
  const rules = (panel: string, ink: string, muted: string, line: string, colours: string[]) =>
    `.panel{fill:${panel}}.ink{fill:${ink}}.muted{fill:${muted}}.line{stroke:${line};fill:none}` +
    colours
      .map((colour, index) => `.c${index}{fill:${colour}}.s${index}{stroke:${colour};fill:none}`)
      .join('');
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">` +
    `<title>${escapeHtml(title)}</title><desc>${escapeHtml(description)}</desc>` +
    `<style>text{font:13px system-ui,sans-serif}.title{font-weight:600}${rules('#ffffff', '#1f2328', '#59636e', '#c8ced5', light)}` +
    `@media(prefers-color-scheme:dark){${rules('#1c2128', '#e6edf3', '#a6b0bb', '#444c56', dark)}}</style>` +
    `<rect class="panel" width="${width}" height="${height}" rx="6"/>${body}</svg>`;
  const data = Buffer.from(svg).toString('base64');
  return (
    `<img src="data:image/svg+xml;base64,${data}" alt="${escapeHtml(`${title}. ${description}`)}" width="${width}" style="max-width:100%;height:auto">` +
    `<details><summary>The numbers of «${escapeHtml(title)}»</summary>${htmlTable(table.header, table.rows)}</details>`
  );
}
