import { describe, expect, it } from 'vitest';
import { Sessions, standAlone } from '../../src/service/sessions.ts';

describe('Sessions', () => {
  it('remembers the last questions of the last sessions', () => {
    const sessions = new Sessions({ maxSessions: 2, maxTurns: 2 });
    for (const question of ['one', 'two', 'three']) sessions.remember('a', question);
    expect(sessions.history('a')).toEqual(['two', 'three']);
    sessions.remember('b', 'x');
    sessions.remember('a', 'four');
    sessions.remember('c', 'y');
    expect(sessions.history('b')).toEqual([]);
    expect(sessions.history('a')).toEqual(['three', 'four']);
    expect(sessions.size).toBe(2);
    sessions.forget('a');
    expect(sessions.size).toBe(1);
  });

  it('refuses limits of nothing', () => {
    expect(() => new Sessions({ maxSessions: 0 })).toThrow('`maxSessions`');
    expect(() => new Sessions({ maxTurns: 0 })).toThrow('`maxTurns`');
  });
});

describe('standAlone', () => {
  const before = ['How does Python close a generator?'];
  for (const [question, expected] of [
    ['And in Java?', 'How does Python close a generator? And in Java?'],
    ['What about Java?', 'How does Python close a generator? What about Java?'],
    ['Why does it do that?', 'How does Python close a generator? Why does it do that?'],
    ['那 Java 呢？', 'How does Python close a generator? 那 Java 呢？'],
    ['它什么时候执行？', 'How does Python close a generator? 它什么时候执行？'],
    ['How large is the default highWaterMark?', 'How large is the default highWaterMark?'],
    ['背压是什么？', '背压是什么？'],
    [
      'And how can I tell that the connection of the client has been lost for good?',
      'And how can I tell that the connection of the client has been lost for good?',
    ],
  ] as const) {
    it(`reads «${question}» as «${expected}»`, () => {
      expect(standAlone(question, before, 4_000)).toBe(expected);
    });
  }

  it('leaves the first question of a session, and one that would become too long, as they are', () => {
    expect(standAlone('And in Java?', [], 4_000)).toBe('And in Java?');
    expect(standAlone('And in Java?', before, 30)).toBe('And in Java?');
  });
});
