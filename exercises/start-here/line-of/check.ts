import { readFileSync } from 'node:fs';
import type { Exercise } from '../../../src/workbook/exercises/exercise.ts';
import type { lineOf } from './stub.ts';

const text = 'one\ntwo\n\none again';

export const exercise: Exercise<typeof lineOf> = {
  number: '0.1',
  title: 'Which line is that?',
  task: 'A citation names offsets; find the line for a reader who opens the file.',
  answerName: 'lineOf',
  tries: [
    {
      tried: 'offset 0, the first character',
      expected: 1,
      run: (answer) => answer(text, 0),
      explain: ({ value }) =>
        value === 0 ? 'Programs count from 0, but people and editors call the first line 1.' : undefined,
    },
    {
      tried: 'offset 4, where `two` begins',
      expected: 2,
      run: (answer) => answer(text, text.indexOf('two')),
      explain: ({ value }) => (value === 1 ? 'One line end comes before this character.' : undefined),
    },
    {
      tried: 'offset 9, where the second `one` begins, after an empty line',
      expected: 4,
      run: (answer) => answer(text, 9),
      explain({ value }) {
        if (value === 1)
          return 'That is the line of the first `one`: the same words may stand in a text twice, and only the offset tells them apart.';
        return value === 3 ? 'The empty line was not counted.' : undefined;
      },
    },
    {
      tried: 'offset 3, the line end behind `one`',
      expected: 1,
      run: (answer) => answer(text, 3),
      explain: ({ value }) =>
        value === 2
          ? 'A line end belongs to the line that it ends; it was counted as if it came before itself.'
          : undefined,
    },
    {
      tried: 'where every line of this check’s own file begins',
      expected: [],
      run(answer) {
        const own = readFileSync(new URL('check.ts', import.meta.url), 'utf8');
        let offset = 0;
        return own.split('\n').flatMap((line, at) => {
          const came = answer(own, offset);
          offset += line.length + 1;
          return came === at + 1 ? [] : [{ line: at + 1, came }];
        });
      },
    },
  ],
};
