import type { Exercise } from '../../../src/workbook/exercises/exercise.ts';
import { countedSource, isReadTooFar } from '../../counted-source.ts';
import type { neighbours } from './stub.ts';

export const exercise: Exercise<typeof neighbours> = {
  number: '1.1',
  title: 'Neighbours',
  task: 'Yield each value together with the one after it, for any source, however long.',
  answerName: 'neighbours',
  tries: [
    {
      tried: 'the pairs of `a`, `b`, `c`, `d`',
      expected: [
        ['a', 'b'],
        ['b', 'c'],
        ['c', 'd'],
      ],
      run: (answer) => [...answer(['a', 'b', 'c', 'd'])],
      explain({ value }) {
        const pairs = Array.isArray(value) ? value : [];
        if (pairs.length === 2)
          return 'A value in the middle belongs to two pairs: it is the second of one and the first of the next.';
        if (pairs.length === 4 && pairs.flat().includes(undefined))
          return 'One pair is too many: one of its places is empty, because the first value has nothing before it and the last has nothing after it.';
        return undefined;
      },
    },
    {
      tried: 'a source of one value, and an empty one',
      expected: [[], []],
      run: (answer) => [[...answer(['alone'])], [...answer([])]],
    },
    {
      tried: 'the values `0`, `undefined` and the empty text',
      expected: [
        [0, undefined],
        [undefined, ''],
      ],
      run: (answer) => [...answer<unknown>([0, undefined, ''])],
      explain: ({ value }) =>
        Array.isArray(value) && value.length < 2
          ? 'A pair is lost: a value of the source that is falsy or `undefined` was taken for «there is no value yet».'
          : undefined,
    },
    {
      tried: 'the first pair of an endless source',
      expected: { first: [1, 2], valuesRead: 2 },
      run(answer) {
        let last = 0;
        const { source, seen } = countedSource<number>([], () => ++last);
        const { value } = answer(source).next();
        return { first: value, valuesRead: seen.pulled };
      },
      explain({ error, value }) {
        if (isReadTooFar(error))
          return 'The source was read on and on before the first pair was given: with an endless one that never ends.';
        const { valuesRead } = (value ?? {}) as { valuesRead?: number };
        return valuesRead !== undefined && valuesRead > 2
          ? 'More was read than the first pair needs.'
          : undefined;
      },
    },
    {
      tried: 'a reader who leaves after the first pair',
      expected: 'source closed',
      run(answer) {
        const { source, seen } = countedSource([1, 2, 3, 4]);
        for (const pair of answer(source)) if (pair.length === 2) break;
        return seen.open ? 'source open' : 'source closed';
      },
      explain: ({ value }) =>
        value === 'source open' ? 'Your reader left, and nobody told the source: it stays open.' : undefined,
    },
  ],
};
