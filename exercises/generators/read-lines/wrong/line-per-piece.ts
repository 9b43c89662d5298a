export const explains = 'The end of a piece was taken for the end of a line';

export function* readLines(pieces: Iterable<Uint8Array>): Generator<string, void, undefined> {
  const decoder = new TextDecoder();
  for (const piece of pieces) {
    const text = decoder.decode(piece, { stream: true });
    yield* text.replace(/\r?\n$/, '').split(/\r?\n/);
  }
}
