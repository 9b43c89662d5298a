import { checkEncoding } from './encoding.ts';

/** The encoding that a page names in its first 1,024 bytes, where the HTML standard tells browsers to look. */
export function htmlCharset(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1_024)).toString('latin1');
  const label =
    /<meta[^>]*?charset\s*=\s*["']?\s*([\w:.-]+)/i.exec(head)?.[1] ??
    /<\?xml[^>]*?encoding\s*=\s*["']([\w:.-]+)/i.exec(head)?.[1];
  if (label === undefined) return undefined;
  try {
    const encoding = checkEncoding(label);
    // A page whose label could be read as ASCII is not UTF-16, whatever it says.
    return encoding.startsWith('utf-16') ? 'utf-8' : encoding;
  } catch {
    return undefined;
  }
}
