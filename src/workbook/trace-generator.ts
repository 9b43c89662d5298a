import type { GeneratorTransition } from './state-machine.ts';

/**
 * The same generator, noting each transition that it makes in `taken`, for `stateMachine` to draw. Code inside it that
 * catches an error or a `return()` and yields again is seen as what it is: back to «suspended at yield».
 */
export function traceGenerator<Item, Result, Sent>(
  generator: Generator<Item, Result, Sent>,
  taken: GeneratorTransition[],
): Generator<Item, Result, Sent> {
  let state: 'start' | 'yield' | 'closed' = 'start';
  const step = (
    into: GeneratorTransition,
    resume: () => IteratorResult<Item, Result>,
  ): IteratorResult<Item, Result> => {
    if (state === 'closed') return resume();
    taken.push(into);
    try {
      const result = resume();
      if (into !== 'unstarted') taken.push(result.done ? 'end' : 'yield');
      state = result.done ? 'closed' : 'yield';
      return result;
    } catch (error) {
      if (into !== 'unstarted') taken.push('end');
      state = 'closed';
      throw error;
    }
  };
  const traced = {
    next: (...sent: [] | [Sent]) =>
      step(state === 'start' ? 'first' : 'resume', () => generator.next(...sent)),
    throw: (error: unknown) => step(state === 'start' ? 'unstarted' : 'throw', () => generator.throw(error)),
    return: (value: Result) =>
      step(state === 'start' ? 'unstarted' : 'return', () => generator.return(value)),
    [Symbol.iterator]: () => traced,
  } as Generator<Item, Result, Sent>;
  return traced;
}
