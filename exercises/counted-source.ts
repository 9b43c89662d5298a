/** What a check saw of a source while an answer read it. */
export interface Seen {
  pulled: number;
  open: boolean;
}

/** Thrown by a source of a check that was read much further than it should be. */
export const readTooFar = 'the check stopped a source that was read too far';

/** The given items, then `more()` for ever if it is there. Sees how far it is read, and whether it is closed. */
export function countedSource<Item>(
  items: readonly Item[],
  more?: () => Item,
): { source: IterableIterator<Item>; seen: Seen } {
  const seen: Seen = { pulled: 0, open: true };
  const source: IterableIterator<Item> = {
    [Symbol.iterator]: () => source,
    next() {
      if (seen.pulled > items.length + 1_000) throw new Error(readTooFar);
      const at = seen.pulled++;
      if (seen.open && at < items.length) return { value: items[at]!, done: false };
      if (seen.open && more !== undefined) return { value: more(), done: false };
      seen.open = false;
      return { value: undefined, done: true };
    },
    return() {
      seen.open = false;
      return { value: undefined, done: true };
    },
  };
  return { source, seen };
}

/** The same, waited for. */
export function countedStream<Item>(
  items: readonly Item[],
  more?: () => Item,
): { source: AsyncIterableIterator<Item>; seen: Seen } {
  const { source: inner, seen } = countedSource(items, more);
  const source: AsyncIterableIterator<Item> = {
    [Symbol.asyncIterator]: () => source,
    next: async () => inner.next(),
    return: async () => inner.return!(),
  };
  return { source, seen };
}

export function isReadTooFar(error: unknown): boolean {
  return error instanceof Error && error.message === readTooFar;
}
