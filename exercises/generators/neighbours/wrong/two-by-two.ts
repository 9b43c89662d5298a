export const explains = 'A value in the middle belongs to two pairs';

export function* neighbours<Item>(items: Iterable<Item>): Generator<[Item, Item], void, undefined> {
  const pair: Item[] = [];
  for (const item of items) {
    pair.push(item);
    if (pair.length === 2) yield pair.splice(0) as [Item, Item];
  }
}
