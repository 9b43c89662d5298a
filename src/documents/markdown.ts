import type { Metadata } from './document.ts';
import type { Part } from './part.ts';

/** A YAML block between `---` lines at the very start; without an end it is text. */
const frontMatter = /^---[ \t]*\r?\n([^]*?\r?\n)??(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/;

/**
 * Markdown stays as written, so that offsets point into the file. Its front matter becomes metadata and is passed
 * over when the text is cut; the title is that of the front matter or else the first heading outside code.
 */
export async function parseMarkdown(text: string): Promise<readonly Part[]> {
  const block = frontMatter.exec(text);
  const metadata = block === null ? {} : await parseFrontMatter(block[1] ?? '');
  const contentStart = block === null ? 0 : block[0].length;
  const title = metadata['title'] ?? firstHeading(text.slice(contentStart));
  return [
    {
      kind: 'text',
      text,
      metadata: title === undefined ? metadata : { ...metadata, title },
      verbatim: true,
      ...(contentStart > 0 && { contentStart }),
    },
  ];
}

async function parseFrontMatter(yaml: string): Promise<Metadata> {
  const { parse } = await import('yaml');
  try {
    const facts: unknown = parse(yaml, { maxAliasCount: 10, logLevel: 'error' });
    if (typeof facts === 'object' && facts !== null && !Array.isArray(facts)) return facts as Metadata;
    return yaml.trim() === ''
      ? {}
      : { frontMatterError: 'The front matter is not a list of names and values' };
  } catch (error) {
    // The text itself is good: it is loaded, and says what is wrong with its front matter.
    return { frontMatterError: error instanceof Error ? error.message : String(error) };
  }
}

function firstHeading(text: string): string | undefined {
  let fence: string | undefined;
  for (const line of text.slice(0, 20_000).split(/\r?\n/)) {
    const marker = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== undefined) {
      if (marker?.startsWith(fence)) fence = undefined;
    } else if (marker !== undefined) {
      fence = marker;
    } else {
      const heading = /^ {0,3}#{1,6}[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$/.exec(line)?.[1];
      if (heading !== undefined) return heading;
    }
  }
  return undefined;
}
