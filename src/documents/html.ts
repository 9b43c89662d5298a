import { setImmediate as nextTurn } from 'node:timers/promises';
import { DocumentError } from './document-error.ts';
import type { Part } from './part.ts';
import { HtmlText } from './html-text.ts';

/** Units parsed before the event loop gets a turn. */
const pieceUnits = 262_144;

/**
 * The readable text of a page, as Markdown: its headings, lists, tables and code keep their marks.
 * @throws DocumentError for a page nested without measure.
 */
export async function parseHtml(html: string, path: string): Promise<readonly Part[]> {
  const { Parser } = await import('htmlparser2');
  const page = new HtmlText();
  const parser = new Parser(page, {
    decodeEntities: true,
    lowerCaseTags: true,
    lowerCaseAttributeNames: true,
  });
  try {
    for (let at = 0; at < html.length; at += pieceUnits) {
      if (at > 0) await nextTurn();
      parser.write(html.slice(at, at + pieceUnits));
    }
    parser.end();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new DocumentError('format', path, `'${path}' cannot be read as HTML: ${message}`, { cause: error });
  }
  const { text, title, language } = page.result();
  return [{ kind: 'text', text, metadata: { ...(title && { title }), ...(language && { language }) } }];
}
