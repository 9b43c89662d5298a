/**
 * A slice of a string keeps the whole string alive. This gives the same text with memory of its own, so that a chunk
 * kept from a stream does not hold the piece that it came from.
 */
export function copyText(text: string): string {
  // UTF-8 cannot carry half of a surrogate pair, which an input may hold.
  const encoding = text.isWellFormed() ? 'utf8' : 'utf16le';
  return Buffer.from(text, encoding).toString(encoding);
}
