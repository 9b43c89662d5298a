export const explains = 'The code of a generator that has not started is not run by `return()`';

export function* countdown(from: number, onClose: () => void): IterableIterator<number> {
  try {
    for (let left = from; left > 0; left--) yield left;
  } finally {
    onClose();
  }
}
