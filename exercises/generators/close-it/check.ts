import type { Exercise } from '../../../src/workbook/exercises/exercise.ts';
import type { countdown } from './stub.ts';

type Answer = typeof countdown;

/** Runs `use` on a countdown from three, and counts how often it was closed. */
function closedAfter(answer: Answer, use: (numbers: IterableIterator<number>) => void): number {
  let closed = 0;
  use(answer(3, () => closed++));
  return closed;
}

export const exercise: Exercise<Answer> = {
  number: '1.2',
  title: 'Close it anyway',
  task: 'Give this hand-written iterator what it lacks, so that it is closed once, however its reader leaves.',
  answerName: 'countdown',
  tries: [
    {
      tried: 'read to the end',
      expected: { numbers: [3, 2, 1], closed: 1 },
      run(answer) {
        let numbers: number[] = [];
        const closed = closedAfter(answer, (countdown) => (numbers = [...countdown]));
        return { numbers, closed };
      },
      explain({ value }) {
        const { closed } = (value ?? {}) as { closed?: number };
        return closed === 0 ? 'It was read to its end and never closed.' : undefined;
      },
    },
    {
      tried: '`break` after the first number',
      expected: 1,
      run: (answer) =>
        closedAfter(answer, (numbers) => {
          for (const number of numbers) if (number === 3) break;
        }),
      explain: ({ value }) =>
        value === 0 ? 'The loop was left at its first number, and the countdown stayed open.' : undefined,
    },
    {
      tried: 'an error thrown in the body of the loop',
      expected: 1,
      run: (answer) =>
        closedAfter(answer, (numbers) => {
          try {
            for (const number of numbers) throw new Error(`failed at ${number}`);
          } catch {
            // The reader's own error; what counts is the countdown.
          }
        }),
    },
    {
      tried: '`return()` before the first number',
      expected: 1,
      run: (answer) => closedAfter(answer, (numbers) => numbers.return?.()),
      explain: ({ value }) =>
        value === 0
          ? 'It was given back before anybody read it, and stayed open. The code of a generator that has not started is not run by `return()`, and so neither is its `finally`.'
          : undefined,
    },
    {
      tried: 'what `return(7)` answers',
      expected: { value: 7, done: true },
      run: (answer) => answer(3, () => {}).return?.(7),
      explain: () =>
        '`return` must answer like an iterator that has ended, with the value that it was given.',
    },
    {
      tried: 'one more `next()` after `return()`',
      expected: { value: undefined, done: true },
      run(answer) {
        const numbers = answer(3, () => {});
        numbers.next();
        numbers.return?.();
        return numbers.next();
      },
      explain: ({ value }) =>
        (value as IteratorResult<number> | undefined)?.done === false
          ? 'It was closed and still gives numbers: a closed iterator stays closed.'
          : undefined,
    },
    {
      tried: 'two `return()`, then `next()` twice',
      expected: 1,
      run: (answer) =>
        closedAfter(answer, (numbers) => {
          numbers.next();
          numbers.return?.();
          numbers.return?.();
          numbers.next();
          numbers.next();
        }),
      explain: ({ value }) =>
        typeof value === 'number' && value > 1
          ? 'It was closed more than once. Closing a file twice may close a stranger’s file, which got its number meanwhile.'
          : undefined,
    },
    {
      tried: 'one more `next()` after the end',
      expected: 1,
      run: (answer) =>
        closedAfter(answer, (numbers) => {
          for (let calls = 0; calls < 6; calls++) numbers.next();
        }),
      explain: ({ value }) =>
        typeof value === 'number' && value > 1
          ? 'It was closed more than once: each `next()` after the end closes it again.'
          : undefined,
    },
  ],
};
