export const explains = 'The empty line is lost';

export function* readLines(pieces: Iterable<Uint8Array>): Generator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for (const piece of pieces) {
    rest += decoder.decode(piece, { stream: true });
    const lines = rest.split(/[\r\n]+/);
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
