export const explains = 'the countdown stayed open';

export function* countdown(from: number, onClose: () => void): IterableIterator<number> {
  for (let left = from; left > 0; left--) yield left;
  onClose();
}
