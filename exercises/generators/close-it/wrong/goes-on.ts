export const explains = 'a closed iterator stays closed';

export function countdown(from: number, onClose: () => void): IterableIterator<number> {
  let left = from;
  return {
    next() {
      if (left > 0) return { value: left--, done: false };
      onClose();
      return { value: undefined, done: true };
    },
    return(value?: number) {
      onClose();
      return { value, done: true };
    },
    [Symbol.iterator]() {
      return this;
    },
  };
}
