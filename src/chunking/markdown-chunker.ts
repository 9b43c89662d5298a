import { BorderFinder } from './border-finder.ts';
import { isBlank } from './characters.ts';
import type { Chunker } from './chunker.ts';
import type { Cut, Cutter, TextWindow } from './cutter.ts';
import { frontMatterEnd, lineReach } from './markdown-lines.ts';
import { scanMarkdown, type MarkdownScan, type MarkdownState } from './markdown-scan.ts';
import { runCutter } from './run-cutter.ts';
import { checkSizes, sizesName, type SizeOptions } from './sizes.ts';
import { dropBlank } from './trim.ts';

/**
 * Chunks of up to `size` units that follow the structure of Markdown: none reaches over a heading into the next
 * section; fenced code and tables stay whole where they fit; what is too long is cut as by `recursiveChunker`, and
 * only there do chunks overlap. Each chunk's metadata has `headings`, the titles above it from the top. Front matter
 * at the start is left out: the loader makes metadata of it.
 * @throws RangeError for a bad size or overlap.
 */
export function markdownChunker(options: Omit<SizeOptions, 'keepGraphemes'> = {}): Chunker {
  const sizes = checkSizes(options);
  return {
    name: sizesName('markdown', sizes),
    chunk: (source, options) =>
      runCutter(() => new MarkdownCutter(sizes.size, sizes.overlap), source, options),
  };
}

/** A longer block of front matter is read as text. */
const frontMatterReach = 16_384;

class MarkdownCutter implements Cutter {
  readonly #size: number;
  readonly #overlap: number;
  readonly #borders = new BorderFinder();
  #begun = false;
  #state: MarkdownState = { headings: [], fence: undefined, atLine: true };

  constructor(size: number, overlap: number) {
    this.#size = size;
    this.#overlap = overlap;
  }

  /** A block that begins within the limit is followed to its end, if that is no further than another `size`. */
  get lookahead(): number {
    return this.#begun ? 2 * this.#size + 3 * lineReach : frontMatterReach;
  }

  cut({ text, from, floor, ended }: TextWindow): Cut | undefined {
    if (!this.#begun) {
      this.#begun = true;
      // A loaded document says where its text begins; a stream cannot.
      const end = from > 0 ? 0 : frontMatterEnd(text.slice(0, frontMatterReach));
      return { start: from, end: from, next: from + end };
    }
    const start = this.#skipBlank(text, from, ended);
    if (start > from) return { start, end: start, next: start };
    if (!ended && text.length - start < this.lookahead) return undefined;

    const limit = start + this.#size;
    const scan = scanMarkdown(text, start, limit, ended, this.#state);
    const cutAt = this.#choose(text, start, floor, limit, scan);
    const whole = cutAt === scan.stop || scan.borders.includes(cutAt);
    const next = whole ? cutAt : this.#borders.overlapStart(text, start, cutAt, this.#overlap);
    const end = dropBlank(text, start, cutAt);
    this.#state = {
      headings: scan.headings,
      fence: scan.fences.find((fence) => fence.start < next && next < fence.end)?.marker,
      atLine: text[next - 1] === '\n',
    };
    const headings = scan.headings.map(({ title }) => title);
    return { start, end: end <= floor ? start : end, next, metadata: { headings } };
  }

  #choose(text: string, start: number, floor: number, limit: number, scan: MarkdownScan): number {
    if (scan.stop !== undefined && scan.stop <= limit) return scan.stop;
    const lastBorder = scan.borders.findLast((position) => position > floor);
    if (lastBorder !== undefined) {
      if (lastBorder - start >= this.#size / 2) return lastBorder;
      // A short chunk is better than a fence or a table in two pieces.
      if (scan.atomicEnd !== undefined && scan.atomicEnd - lastBorder <= this.#size) return lastBorder;
    }
    return this.#borders.best(text, start, floor, limit);
  }

  /** Blank lines hold nothing; the blanks at the start of a line of code are its indentation. */
  #skipBlank(text: string, from: number, ended: boolean): number {
    let atLine = this.#state.atLine;
    let lineStart = from;
    let at = from;
    while (at < text.length) {
      const unit = text.charCodeAt(at);
      if (!isBlank(unit)) break;
      at += 1;
      if (unit === 0x0a) {
        lineStart = at;
        atLine = true;
      }
    }
    this.#state = { ...this.#state, atLine };
    return atLine && !(ended && at === text.length) ? lineStart : at;
  }
}
