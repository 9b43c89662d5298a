import type { Metadata } from './document.ts';
import { parseMarkdown } from './markdown.ts';
import { parseText } from './text.ts';

/** What a format's parser makes of a file. */
export interface Parsed {
  readonly text: string;
  readonly metadata: Metadata;
}

/** Turns a decoded text into what a reader would read of it. */
export type TextParser = (text: string) => Parsed | Promise<Parsed>;

export interface Format {
  readonly name: string;
  readonly mediaType: string;
  readonly extensions: readonly string[];
  readonly parse: TextParser;
}

const formats: readonly Format[] = [
  {
    name: 'markdown',
    mediaType: 'text/markdown',
    extensions: ['.md', '.markdown', '.mdown', '.mkd', '.mdx'],
    parse: parseMarkdown,
  },
  {
    name: 'text',
    mediaType: 'text/plain',
    extensions: ['.txt', '.text', '.log', '.rst', '.adoc', '.org', '.csv', '.tsv'],
    parse: parseText,
  },
];

const byExtension = new Map(
  formats.flatMap((format) => format.extensions.map((extension) => [extension, format] as const)),
);

const plainText = formats.at(-1)!;

export function isKnownExtension(extension: string): boolean {
  return byExtension.has(extension.toLowerCase());
}

/** The format for a file name's extension; what has an unknown one is read as plain text. */
export function formatOf(extension: string): Format {
  return byExtension.get(extension.toLowerCase()) ?? plainText;
}
