import { extname } from 'node:path';
import { decode, type Decoded } from './decode.ts';
import type { Found } from './discover.ts';
import { documentErrorOf } from './document-error.ts';
import { checkEncoding } from './encoding.ts';
import { fetchUrl, isUrl, type Fetched } from './fetch-url.ts';
import { formatOf, type Format } from './formats.ts';
import { htmlCharset } from './html-charset.ts';
import type { LoadResult } from './load-result.ts';
import type { Part } from './part.ts';
import { readWholeFile } from './read-file.ts';

export interface SourceLimits {
  readonly maxBytes: number;
  readonly silenceMs: number;
  readonly encoding: string | undefined;
  readonly signal: AbortSignal;
}

/** Reads one file or URL and parses it. Whatever is wrong with it is among the results; only an abort is thrown. */
export async function loadSource(
  { path, id }: Extract<Found, { kind: 'file' }>,
  limits: SourceLimits,
): Promise<readonly LoadResult[]> {
  try {
    const fetched: Fetched = isUrl(path)
      ? await fetchUrl(path, limits)
      : {
          bytes: await readWholeFile(path, limits.maxBytes, limits.signal),
          extension: extname(path),
          mediaType: undefined,
          charset: undefined,
        };
    const { bytes } = fetched;
    const format = formatOf(looksLikePdf(bytes) ? '.pdf' : fetched.extension, fetched.mediaType);
    const decoded =
      format.reads === 'text' ? await decodeAs(format, fetched, path, limits.encoding) : undefined;
    const parts =
      format.reads === 'text'
        ? await format.parse(decoded?.text ?? '', path)
        : await format.parse(bytes, path);
    limits.signal.throwIfAborted();
    return parts.map((part) => resultOf(part, path, id, format, decoded));
  } catch (error) {
    limits.signal.throwIfAborted();
    return [{ kind: 'error', path, error: documentErrorOf(error, path) }];
  }
}

function resultOf(
  part: Part,
  path: string,
  id: string,
  format: Format,
  decoded: Decoded | undefined,
): LoadResult {
  if (part.kind === 'error') return { kind: 'error', path, error: part.error };
  return {
    kind: 'document',
    document: {
      id: part.key === undefined ? id : `${id}#${part.key}`,
      text: part.text,
      metadata: {
        mediaType: format.mediaTypes[0],
        ...(decoded &&
          decoded.encoding !== 'utf-8' && {
            encoding: decoded.encoding,
            encodingConfidence: decoded.confidence,
          }),
        ...part.metadata,
        source: path,
      },
      ...(part.verbatim && decoded && { bytes: { encoding: decoded.encoding, offset: decoded.markBytes } }),
      ...(part.contentStart !== undefined && { contentStart: part.contentStart }),
    },
  };
}

/** The caller's word counts most, then a server's, then the page's own, then the bytes. */
async function decodeAs(
  format: Format,
  { bytes, charset }: Fetched,
  path: string,
  encoding: string | undefined,
): Promise<Decoded> {
  if (encoding !== undefined) return decode(bytes, path, encoding);
  const named =
    knownEncoding(charset) ?? (format.extensions.includes('.html') ? htmlCharset(bytes) : undefined);
  if (named === undefined) return decode(bytes, path);
  try {
    return await decode(bytes, path, named);
  } catch {
    // Pages and servers are often wrong about themselves.
    return decode(bytes, path);
  }
}

function knownEncoding(label: string | undefined): string | undefined {
  if (label === undefined) return undefined;
  try {
    return checkEncoding(label);
  } catch {
    return undefined;
  }
}

function looksLikePdf(bytes: Uint8Array): boolean {
  return (
    Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 5)).toString('latin1') === '%PDF-'
  );
}
