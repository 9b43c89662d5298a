export const explains = '`return` must answer like an iterator that has ended';

export function countdown(from: number, onClose: () => void): IterableIterator<number> {
  let left = from;
  return {
    next() {
      if (left > 0) return { value: left--, done: false };
      onClose();
      return { value: undefined, done: true };
    },
    return() {
      onClose();
      return {} as IteratorResult<number>;
    },
    [Symbol.iterator]() {
      return this;
    },
  };
}
