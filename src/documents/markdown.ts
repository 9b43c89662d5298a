import type { Parsed } from './formats.ts';

/** Markdown stays as written, so that offsets point into the file; the title is its first heading. */
export function parseMarkdown(text: string): Parsed {
  const heading = /^ {0,3}#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$/m.exec(text)?.[1];
  return { text, metadata: heading === undefined ? {} : { title: heading } };
}
