import type { Exercise } from '../../../src/workbook/exercises/exercise.ts';
import { countedStream, isReadTooFar } from '../../counted-source.ts';
import type { firstToken } from './stub.ts';

const stage = { type: 'stage' };
const token = (text: string) => ({ type: 'token', text });

export const exercise: Exercise<typeof firstToken> = {
  number: '0.2',
  title: 'The first token',
  task: 'Give the first token of an answer as soon as it is there, and leave.',
  answerName: 'firstToken',
  tries: [
    {
      tried: 'two stages, then the tokens `Certain` and ` errors`',
      expected: 'Certain',
      run: (answer) => answer(countedStream([stage, stage, token('Certain'), token(' errors')]).source),
      explain({ value }) {
        if (value === ' errors') return 'That is the last token; the reader waits for the first.';
        if (value === 'Certain errors')
          return 'That is the whole answer; the reader waits for its first piece.';
        return value === undefined
          ? 'Events of other types come before the first token, and have no `text`.'
          : undefined;
      },
    },
    {
      tried: 'an answer without any token',
      expected: undefined,
      run: (answer) => answer(countedStream([stage, stage]).source),
      explain: ({ error }) =>
        error === undefined ? undefined : 'There may be no token at all: the model may refuse, or fail.',
    },
    {
      tried: 'an answer that never ends',
      expected: { first: 'a', eventsRead: 2 },
      async run(answer) {
        const { source, seen } = countedStream([stage, token('a')], () => token('b'));
        const first = await answer(source);
        return { first, eventsRead: seen.pulled };
      },
      explain: ({ error }) =>
        isReadTooFar(error)
          ? 'The first token was there after two events, and still it read on to the end. Its reader waits all that time.'
          : undefined,
    },
    {
      tried: 'what the source sees afterwards',
      expected: 'closed',
      async run(answer) {
        const { source, seen } = countedStream([stage, token('a'), token('b')]);
        await answer(source);
        return seen.open ? 'open' : 'closed';
      },
      explain: ({ value }) =>
        value === 'open'
          ? 'Nobody told the source that its reader has left: the model writes on, for nobody.'
          : undefined,
    },
  ],
};
