import type { Exercise } from '../../../src/workbook/exercises/exercise.ts';
import { countedSource, isReadTooFar } from '../../counted-source.ts';
import type { readLines } from './stub.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** The text in pieces of so many bytes. */
function piecesOf(text: string, size: number): Uint8Array[] {
  const all = bytes(text);
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
    all.subarray(at * size, (at + 1) * size),
  );
}

const explainText = (value: unknown, size: number): string | undefined => {
  const lines = Array.isArray(value) ? (value as string[]) : [];
  if (lines.some((line) => line.includes('\uFFFD')))
    return 'A character was cut in two by the end of a piece, and each half was decoded alone: «�» stands for bytes that are no character.';
  if (lines.some((line) => line.endsWith('\r')))
    return 'Lines of a file from Windows end with two characters, `\\r\\n`, and one of them was left in the line.';
  if (size < 99 && lines.length > 4) return 'The end of a piece was taken for the end of a line.';
  return undefined;
};

export const exercise: Exercise<typeof readLines> = {
  number: '1.4',
  title: 'Lines of any file',
  task: 'Make lines of the pieces of a file, wherever they are cut, and never hold more than a piece and a line.',
  answerName: 'readLines',
  tries: [
    {
      tried: 'three lines in one piece, the last without a line end',
      expected: ['one', 'two', 'three'],
      run: (answer) => [...answer([bytes('one\ntwo\nthree')])],
      explain: ({ value }) =>
        Array.isArray(value) && value.length === 2
          ? 'The last line is lost: a file may end without a line end.'
          : undefined,
    },
    {
      tried: 'a line end at the end, and an empty line in the middle',
      expected: ['one', '', 'three'],
      run: (answer) => [...answer([bytes('one\n\nthree\n')])],
      explain({ value }) {
        const lines = Array.isArray(value) ? value : [];
        if (lines.length === 4)
          return 'One line is too many: after the last line end of a file no other line begins.';
        return lines.length === 2
          ? 'The empty line is lost, and with it every line number after it.'
          : undefined;
      },
    },
    {
      tried: 'four lines in pieces of five bytes',
      expected: ['streams', 'are read', 'in pieces', 'of bytes'],
      run: (answer) => [...answer(piecesOf('streams\nare read\nin pieces\nof bytes', 5))],
      explain: ({ value }) => explainText(value, 5),
    },
    {
      tried: '`é`, `中文` and `🦊`, one byte at a time',
      expected: ['é', '中文', '🦊'],
      run: (answer) => [...answer(piecesOf('é\n中文\n🦊\n', 1))],
      explain: ({ value }) => explainText(value, 99),
    },
    {
      tried: 'line ends of Windows, cut at each place in turn',
      expected: [],
      run(answer) {
        const text = bytes('a\r\n\r\né\r\nb');
        const results = Array.from(text, (_, cut) => [
          ...answer([text.subarray(0, cut), text.subarray(cut)]),
        ]);
        return results.find((lines) => lines.join('|') !== 'a||é|b') ?? [];
      },
      explain: ({ value }) =>
        explainText(value, 99) ?? 'With one of the cuts, these lines came in place of `a`, ``, `é` and `b`.',
    },
    {
      tried: 'the first line of a source without end',
      expected: { first: 'tick', piecesRead: 1 },
      run(answer) {
        const { source, seen } = countedSource<Uint8Array>([], () => bytes('tick\nto'));
        const { value } = answer(source).next();
        return { first: value, piecesRead: seen.pulled };
      },
      explain: ({ error }) =>
        isReadTooFar(error)
          ? 'It read on and on before it gave its first line. A log file that is being written never ends, and a large one does not fit into memory.'
          : undefined,
    },
    {
      tried: 'a reader who has enough after one line',
      expected: 'file closed',
      run(answer) {
        const { source, seen } = countedSource([bytes('one\ntwo\n'), bytes('three\n')]);
        for (const line of answer(source)) if (line === 'one') break;
        return seen.open ? 'file open' : 'file closed';
      },
      explain: ({ value }) =>
        value === 'file open'
          ? 'Your reader left, and nobody told the source: the file stays open.'
          : undefined,
    },
  ],
};
