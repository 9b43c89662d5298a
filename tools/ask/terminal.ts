import type { Citation } from '../../src/generation/citations.ts';

/** A line on stderr that is written over while work goes on; silent where stderr is no terminal. */
export class ProgressLine {
  readonly #out: NodeJS.WriteStream;
  #lastMs = 0;
  #shown = false;

  constructor(out: NodeJS.WriteStream = process.stderr) {
    this.#out = out;
  }

  /** @param total undefined while it is not known. */
  show(label: string, done: number, total: number | undefined): void {
    if (!this.#out.isTTY) return;
    const nowMs = performance.now();
    if (this.#shown && nowMs - this.#lastMs < 50 && done !== total) return;
    this.#lastMs = nowMs;
    this.#shown = true;
    const share = total === undefined || total === 0 ? 0 : done / total;
    const width = 24;
    const filled = Math.round(share * width);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`;
    this.#out.write(`\r\u001b[K${label} ${bar} ${done}${total === undefined ? '' : ` of ${total}`}`);
  }

  /** Removes the line. */
  clear(): void {
    if (this.#shown) this.#out.write('\r\u001b[K');
    this.#shown = false;
  }
}

/** A document's text may hold escape codes that change a terminal: shown as marks, they do nothing. */
export const forTerminal = (text: string) =>
  text.replaceAll(/(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');

const longestShown = 240;

/** The numbered quotations below an answer, each place once. */
export function citationLines(citations: readonly Citation[]): string[] {
  const seen = new Set<string>();
  return citations
    .filter(({ documentId, start, end }) => {
      const place = `${documentId}\0${start}\0${end}`;
      return !seen.has(place) && seen.add(place);
    })
    .map(({ number, documentId, start, end, text }) => {
      const line = text.replaceAll(/\s+/gu, ' ');
      const shown = line.length > longestShown ? `${line.slice(0, longestShown).toWellFormed()} …` : line;
      return forTerminal(`[${number}] ${documentId} ${start}–${end}\n    ${shown}`);
    });
}
