import { htmlTable } from './html.ts';
import { checkSetup } from './setup-check.ts';

/**
 * The set-up check as an HTML table: what was found, and for each point that is not in order how to mend it. A failed
 * check is a line of the table, never an error.
 */
export async function setupReport(): Promise<string> {
  const rows: string[][] = [];
  for await (const { name, ok, level, detail, mend } of checkSetup()) {
    const mark = ok ? '✓' : level === 'needed' ? '✗' : '!';
    rows.push([mark, name, detail, ok ? '' : (mend ?? '')]);
  }
  const bad = rows.filter(([mark]) => mark === '✗').length;
  const verdict = bad === 0 ? 'Everything that the course needs is in place.' : `To be mended: ${bad}.`;
  return `${htmlTable(['', 'what', 'found', 'how to mend it'], rows)}<p>${verdict}</p>`;
}
