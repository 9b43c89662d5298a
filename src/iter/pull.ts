import type { Reader } from './operator.ts';

/**
 * Lets several workers pull from one reader, one pull at a time: many hand-written iterators cannot take a second
 * `next()` before the first has answered. Ends for all once the source ends or throws; the error goes to one worker.
 * @param onEnd called once, when the source has ended or thrown.
 */
export function pullInTurn<Item>(
  reader: Reader<Item>,
  onEnd: () => void,
): () => Promise<IteratorResult<Item, unknown>> | IteratorResult<Item, unknown> {
  const finished: IteratorReturnResult<undefined> = { done: true, value: undefined };
  let ended = false;
  let latest: Promise<unknown> | undefined;

  const settle = (step: IteratorResult<Item, unknown>): IteratorResult<Item, unknown> => {
    if (step.done && !ended) {
      ended = true;
      onEnd();
    }
    return step;
  };
  const fail = (error: unknown): never => {
    ended = true;
    onEnd();
    throw error;
  };
  const pull = (): Promise<IteratorResult<Item, unknown>> | IteratorResult<Item, unknown> => {
    if (ended) return finished;
    try {
      const step = reader.next();
      return 'then' in step ? Promise.resolve(step).then(settle, fail) : settle(step);
    } catch (error) {
      return fail(error);
    }
  };
  return () => {
    if (ended) return finished;
    const step = latest === undefined ? pull() : latest.then(pull, pull);
    if (!('then' in step)) return step;
    latest = step;
    const forget = () => {
      if (latest === step) latest = undefined;
    };
    step.then(forget, forget);
    return step;
  };
}
