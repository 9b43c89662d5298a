export function* readLines(pieces: Iterable<Uint8Array>): Generator<string, void, undefined> {
  // TODO: a piece may end anywhere: in a line, between \r and \n, in the middle of a character.
  for (const piece of pieces) yield* new TextDecoder().decode(piece).split('\n');
}
