import type { Part } from './part.ts';

/** A format of text: gets the decoded file. */
interface TextFormat {
  readonly reads: 'text';
  readonly parse: (text: string, path: string) => Promise<readonly Part[]> | readonly Part[];
}

/** A format of its own: gets the bytes. */
interface ByteFormat {
  readonly reads: 'bytes';
  readonly parse: (bytes: Uint8Array, path: string) => Promise<readonly Part[]>;
}

export type Format = (TextFormat | ByteFormat) & {
  readonly mediaTypes: readonly [string, ...string[]];
  readonly extensions: readonly string[];
};

/** Parsers are imported when the first file of their format is met: most programs meet few. */
const formats: readonly Format[] = [
  {
    reads: 'text',
    mediaTypes: ['text/markdown', 'text/x-markdown'],
    extensions: ['.md', '.markdown', '.mdown', '.mkd', '.mdx'],
    parse: async (text) => (await import('./markdown.ts')).parseMarkdown(text),
  },
  {
    reads: 'text',
    mediaTypes: ['text/html', 'application/xhtml+xml'],
    extensions: ['.html', '.htm', '.xhtml'],
    parse: async (text, path) => (await import('./html.ts')).parseHtml(text, path),
  },
  {
    reads: 'bytes',
    mediaTypes: ['application/pdf'],
    extensions: ['.pdf'],
    parse: async (bytes, path) => (await import('./pdf.ts')).parsePdf(bytes, path),
  },
  {
    reads: 'text',
    mediaTypes: ['application/x-ipynb+json'],
    extensions: ['.ipynb'],
    parse: async (text, path) => (await import('./notebook.ts')).parseNotebook(text, path),
  },
  {
    reads: 'text',
    mediaTypes: ['application/jsonl', 'application/x-ndjson', 'application/json-lines'],
    extensions: ['.jsonl', '.ndjson'],
    parse: async (text, path) => (await import('./json-lines.ts')).parseJsonLines(text, path),
  },
  {
    reads: 'text',
    mediaTypes: ['text/plain'],
    extensions: ['.txt', '.text', '.log', '.rst', '.adoc', '.org', '.csv', '.tsv'],
    parse: (text) => [{ kind: 'text', text, metadata: {}, verbatim: true }],
  },
];

const byExtension = new Map(
  formats.flatMap((format) => format.extensions.map((extension) => [extension, format] as const)),
);
const byMediaType = new Map(
  formats.flatMap((format) => format.mediaTypes.map((mediaType) => [mediaType, format] as const)),
);
const plainText = formats.at(-1)!;

export function isKnownExtension(extension: string): boolean {
  return byExtension.has(extension.toLowerCase());
}

/** The format of a file: by its media type where a server named one, by its extension, else plain text. */
export function formatOf(extension: string, mediaType?: string): Format {
  return (
    byMediaType.get(mediaType?.toLowerCase() ?? '') ?? byExtension.get(extension.toLowerCase()) ?? plainText
  );
}
