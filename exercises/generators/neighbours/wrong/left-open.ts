export const explains = 'nobody told the source';

export function* neighbours<Item>(items: Iterable<Item>): Generator<[Item, Item], void, undefined> {
  const iterator = items[Symbol.iterator]();
  let before = iterator.next();
  while (!before.done) {
    const after = iterator.next();
    if (after.done) return;
    yield [before.value, after.value];
    before = after;
  }
}
