import { DocumentError } from './document-error.ts';
import type { Part } from './part.ts';

/**
 * The text of a PDF, its pages parted by blank lines. Metadata has `pages`, where each page begins in the text, and the
 * title that the file gives itself.
 * @throws DocumentError for a file that is broken, locked by a password, or holds no text.
 */
export async function parsePdf(bytes: Uint8Array, path: string): Promise<readonly Part[]> {
  if (!Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1_024)).includes('%PDF-'))
    throw new DocumentError('format', path, `'${path}' is not a PDF: it lacks the mark '%PDF-'`);
  const { extractText, getDocumentProxy, getMeta } = await import('unpdf');
  let pages: readonly string[];
  let info: Readonly<Record<string, unknown>> = {};
  try {
    // The parser takes the bytes over, and warns on the console unless told not to.
    const pdf = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
    try {
      pages = (await extractText(pdf)).text;
      info = (await getMeta(pdf)).info;
    } finally {
      await pdf.loadingTask.destroy();
    }
  } catch (error) {
    const reason = error instanceof Error ? error : new Error(String(error));
    const what =
      reason.name === 'PasswordException' ? 'is locked by a password' : `is broken: ${reason.message}`;
    throw new DocumentError('format', path, `The PDF '${path}' ${what}`, { cause: error });
  }
  const starts: number[] = [];
  let text = '';
  for (const page of pages) {
    if (text !== '') text += '\n\n';
    starts.push(text.length);
    text += page.trim();
  }
  if (text.trim() === '')
    throw new DocumentError('unsupported', path, `The PDF '${path}' holds no text: it may be a scan`);
  const title = typeof info['Title'] === 'string' ? info['Title'].trim() : '';
  return [{ kind: 'text', text, metadata: { ...(title !== '' && { title }), pages: starts } }];
}
