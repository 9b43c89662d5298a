import { close, constants, fstat, open, read } from 'node:fs';
import { promisify } from 'node:util';
import { DocumentError, documentErrorOf } from './document-error.ts';

/** Opening a pipe that nobody writes to would wait for a writer. Windows has no such flag, and no such pipes. */
const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** A number instead of a `FileHandle`: with ten thousand small files the objects cost more than the reading. */
const files = {
  open: promisify(open),
  stat: promisify(fstat),
  read: promisify(read),
  close: promisify(close),
};

/**
 * Reads a whole regular file of at most `maxBytes`.
 * @throws DocumentError for what is no regular file, is larger, may not be read, or changes while it is read.
 */
export async function readWholeFile(
  path: string,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  let file: number | undefined;
  try {
    file = await files.open(path, openFlags);
    const before = await files.stat(file);
    if (!before.isFile())
      throw notAFile(path, before.isDirectory() ? 'a folder' : 'a pipe, socket or device');
    if (before.size > maxBytes) throw tooLarge(path, maxBytes, before.size);
    // Files that the system makes up while they are read, as under /proc, say that their size is 0.
    const sizeSaid = before.size > 0;
    let bytes = Buffer.allocUnsafeSlow(sizeSaid ? before.size : Math.min(maxBytes + 1, 65_536));
    let length = 0;
    let reads = 0;
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await files.read(file, bytes, length, bytes.length - length, length);
      reads += 1;
      length += bytesRead;
      if (bytesRead === 0 || (sizeSaid && length === before.size)) break;
      if (length > maxBytes) throw tooLarge(path, maxBytes);
      if (length === bytes.length) {
        const larger = Buffer.allocUnsafeSlow(Math.min(maxBytes + 1, bytes.length * 2));
        bytes.copy(larger, 0, 0, length);
        bytes = larger;
      }
    }
    if (sizeSaid && (length < before.size || reads > 1)) {
      const after = await files.stat(file);
      if (length < before.size || after.size !== before.size || after.mtimeMs !== before.mtimeMs)
        throw new DocumentError('changed', path, `'${path}' changed while it was read`);
    }
    return bytes.subarray(0, length);
  } catch (error) {
    signal?.throwIfAborted();
    throw documentErrorOf(error, path);
  } finally {
    if (file !== undefined) await files.close(file);
  }
}

function notAFile(path: string, what: string): DocumentError {
  return new DocumentError('not-a-file', path, `'${path}' is ${what}, not a file`);
}

function tooLarge(path: string, maxBytes: number, size?: number): DocumentError {
  const has = size === undefined ? `has more than ${maxBytes}` : `has ${size}`;
  return new DocumentError('too-large', path, `'${path}' ${has} bytes; \`maxBytes\` is ${maxBytes}`);
}
