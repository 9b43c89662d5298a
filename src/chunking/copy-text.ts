const scratch = Buffer.allocUnsafeSlow(65_536);

/**
 * A slice of a string keeps the whole string alive. This gives the same text with memory of its own, so that a chunk
 * kept from a stream does not hold the piece that it came from.
 *
 * Short texts go through one buffer: a buffer each would wait for the garbage collector by the hundred megabytes.
 */
export function copyText(text: string): string {
  const isAscii = Buffer.byteLength(text, 'utf8') === text.length;
  // UTF-16 carries everything, half of a surrogate pair as well.
  const encoding = isAscii ? 'latin1' : 'utf16le';
  const bytes = isAscii ? text.length : text.length * 2;
  if (bytes > scratch.length) return Buffer.from(text, encoding).toString(encoding);
  scratch.write(text, 0, bytes, encoding);
  return scratch.toString(encoding, 0, bytes);
}
