import { extname } from 'node:path';
import { timeout } from '../iter/timeout.ts';
import { DocumentError, documentErrorOf } from './document-error.ts';

export interface Fetched {
  readonly bytes: Uint8Array;
  readonly extension: string;
  readonly mediaType: string | undefined;
  /** As the server's `Content-Type` names it. */
  readonly charset: string | undefined;
}

export function isUrl(source: string): boolean {
  return /^https?:\/\//i.test(source);
}

/**
 * Fetches at most `maxBytes`. A server that says nothing for `silenceMs` is given up.
 * @throws DocumentError, with the status where there is one in its message; the signal's reason.
 */
export async function fetchUrl(
  url: string,
  {
    maxBytes,
    silenceMs,
    signal,
  }: { readonly maxBytes: number; readonly silenceMs: number; readonly signal: AbortSignal },
): Promise<Fetched> {
  const stop = new AbortController();
  let response: Response | undefined;
  async function* body(): AsyncGenerator<Uint8Array> {
    response = await fetch(url, { signal: stop.signal });
    if (!response.ok)
      throw new DocumentError(
        response.status === 404 || response.status === 410 ? 'not-found' : 'network',
        url,
        `The server answered ${response.status} ${response.statusText} for '${url}'`.replace('  ', ' '),
      );
    // The headers count as a sign of life.
    yield new Uint8Array(0);
    if (response.body !== null) yield* response.body;
  }
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of timeout(body(), { itemMs: silenceMs, signal })) {
      length += piece.length;
      if (length > maxBytes)
        throw new DocumentError('too-large', url, `'${url}' has more bytes than \`maxBytes\`, ${maxBytes}`);
      pieces.push(piece);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DocumentError) throw error;
    const { message, code } = documentErrorOf(error, url);
    const cause = (error as { cause?: { message?: unknown } }).cause?.message;
    throw new DocumentError(
      code === 'unreadable' ? 'network' : code,
      url,
      typeof cause === 'string' ? `${message}: ${cause}` : message,
      { cause: error },
    );
  } finally {
    // Also ends the request of a reader that left in the middle.
    stop.abort();
  }
  const [mediaType, ...parameters] = (response?.headers.get('content-type') ?? '').split(';');
  const charset = parameters
    .map((one) => /^\s*charset\s*=\s*"?([\w:.-]+)"?\s*$/i.exec(one)?.[1])
    .find(Boolean);
  return {
    bytes: Buffer.concat(pieces),
    extension: extname(new URL(url).pathname),
    mediaType: mediaType?.trim() || undefined,
    charset,
  };
}
