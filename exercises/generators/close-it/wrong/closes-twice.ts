export const explains = 'It was closed more than once. Closing a file twice';

export function countdown(from: number, onClose: () => void): IterableIterator<number> {
  let left = from;
  return {
    next() {
      if (left > 0) return { value: left--, done: false };
      onClose();
      return { value: undefined, done: true };
    },
    return(value?: number) {
      left = 0;
      onClose();
      return { value, done: true };
    },
    [Symbol.iterator]() {
      return this;
    },
  };
}
