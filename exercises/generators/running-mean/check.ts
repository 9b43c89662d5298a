import type { Exercise } from '../../../src/workbook/exercises/exercise.ts';
import type { runningMean } from './stub.ts';

/** Starts one and sends it numbers; gives all its answers. */
function answersTo(answer: typeof runningMean, numbers: readonly number[]): unknown[] {
  const means = answer();
  const first = means.next();
  return [first, ...numbers.map((number) => means.next(number))].map(({ value }) => value);
}

export const exercise: Exercise<typeof runningMean> = {
  number: '1.3',
  title: 'A mean that listens',
  task: 'Write a generator that is sent numbers and answers each with the mean of all so far.',
  answerName: 'runningMean',
  tries: [
    {
      tried: '`next()`, then `next(10)`, `next(20)`, `next(60)`',
      expected: [0, 10, 15, 30],
      run: (answer) => answersTo(answer, [10, 20, 60]),
      explain({ value }) {
        const came = String(value);
        if (came === '0,0,10,15' || came === '0,0,20,20' || came === '0,10,10,35')
          return 'Numbers are lost. Each `yield` takes in one number: one whose result is not used throws that number away.';
        if (came === '0,10,20,60')
          return 'It answers with the number that it was just sent, and not with the mean.';
        if (came.includes('NaN'))
          return 'Nothing divided by nothing is `NaN`: before the first number there is no mean yet.';
        if (came === '0,,,') return 'It ended after its first answer, and nobody listens to the numbers.';
        return undefined;
      },
    },
    {
      tried: 'two of them at the same time',
      expected: { one: [0, 4], other: [0, 8] },
      run(answer) {
        const [one, other] = [answer(), answer()];
        const first = [one.next().value, other.next().value];
        const second = [one.next(4).value, other.next(8).value];
        return { one: [first[0], second[0]], other: [first[1], second[1]] };
      },
      explain: ({ value }) =>
        String(Object.values(value ?? {})) === '0,4,0,6'
          ? 'Both add to the same total: it lives outside the function, and so it is not the generator’s own.'
          : undefined,
    },
    {
      tried: '`throw(new Error(…))` after two numbers, then `next(8)`',
      expected: [0, 8],
      run(answer) {
        const means = answer();
        means.next();
        means.next(10);
        means.next(20);
        const afterThrow = means.throw(new Error('start over')).value;
        return [afterThrow, means.next(8).value];
      },
      explain({ error, value }) {
        if (error !== undefined)
          return 'The error came out again at `throw(…)`: nothing inside caught it where the generator was waiting.';
        const [afterThrow] = Array.isArray(value) ? value : [];
        return afterThrow === 15 ? 'The error was caught, but the old numbers still count.' : undefined;
      },
    },
    {
      tried: '`return()` after one number',
      expected: [true, true],
      run(answer) {
        const means = answer();
        means.next();
        means.next(10);
        return [means.return().done, means.next(1).done];
      },
      explain: ({ value }) =>
        String(value).includes('false')
          ? 'It cannot be stopped: `return()` asked it to end, and it went on.'
          : undefined,
    },
  ],
};
