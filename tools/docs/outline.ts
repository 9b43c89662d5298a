import { Parser } from 'htmlparser2';

export interface Heading {
  readonly id: string;
  readonly level: number;
  readonly text: string;
}

/** The words under one heading, up to the next. */
export interface Passage {
  readonly id: string;
  readonly heading: string;
  readonly text: string;
}

export interface Outline {
  readonly headings: readonly Heading[];
  readonly passages: readonly Passage[];
  /** Minutes that reading takes: 220 English words or 400 Chinese characters a minute, code at half that pace. */
  readonly minutes: number;
}

const blocks = new Set(
  'p div li td th tr pre br h1 h2 h3 h4 h5 h6 dt dd summary figcaption blockquote'.split(' '),
);

/** What a page's HTML holds: its headings with ids, and the words under each. */
export function outlineOf(html: string): Outline {
  const headings: Heading[] = [];
  const passages: { id: string; heading: string; text: string }[] = [{ id: '', heading: '', text: '' }];
  let open: { id: string; level: number; text: string } | undefined;
  let inCode = 0;
  let silent = 0;
  let cost = 0;
  const parser = new Parser({
    onopentag(name, { id, class: kind }) {
      if (silent > 0 || kind?.split(' ').includes('no-search')) silent++;
      if (/^h[1-4]$/.test(name) && id !== undefined && silent === 0)
        open = { id, level: Number(name[1]), text: '' };
      if (name === 'pre') inCode++;
      if (blocks.has(name)) passages.at(-1)!.text += ' ';
    },
    ontext(text) {
      if (silent > 0) return;
      if (open !== undefined) open.text += text;
      else passages.at(-1)!.text += text;
      cost += costOf(text) * (inCode > 0 ? 2 : 1);
    },
    onclosetag(name) {
      if (silent > 0) silent--;
      if (name === 'pre') inCode--;
      if (open !== undefined && name === `h${open.level}`) {
        const heading = { ...open, text: tidy(open.text) };
        headings.push(heading);
        passages.push({ id: heading.id, heading: heading.text, text: '' });
        open = undefined;
      }
    },
  });
  // Void elements close themselves in htmlparser2, so that the counts stay right.
  parser.end(html);
  return {
    headings,
    passages: passages
      .map(({ id, heading, text }) => ({ id, heading, text: tidy(text) }))
      .filter(({ heading, text }) => heading !== '' || text !== ''),
    minutes: Math.max(1, Math.round(cost)),
  };
}

function costOf(text: string): number {
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  const words = text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
  return han / 400 + words / 220;
}

function tidy(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
