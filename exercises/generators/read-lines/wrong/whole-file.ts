export const explains = 'It read on and on before it gave its first line';

export function* readLines(pieces: Iterable<Uint8Array>): Generator<string, void, undefined> {
  const text = Buffer.concat([...pieces]).toString();
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  yield* lines;
}
