import { DocumentError } from './document-error.ts';

/** Decodes UTF-8, with or without a byte order mark. */
export function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new DocumentError('encoding', path, `'${path}' is not UTF-8`, { cause: error });
  }
}
