export function countdown(from: number, onClose: () => void): IterableIterator<number> {
  let left = from;
  return {
    // TODO: `onClose` must be called exactly once, also when the reader leaves early.
    next() {
      if (left > 0) return { value: left--, done: false };
      onClose();
      return { value: undefined, done: true };
    },
    [Symbol.iterator]() {
      return this;
    },
  };
}
