export const explains = 'A character was cut in two by the end of a piece';

export function* readLines(pieces: Iterable<Uint8Array>): Generator<string, void, undefined> {
  let rest = '';
  for (const piece of pieces) {
    rest += new TextDecoder().decode(piece);
    const lines = rest.split(/\r?\n/);
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
