export function* neighbours<Item>(items: Iterable<Item>): Generator<[Item, Item], void, undefined> {
  let before: { item: Item } | undefined;
  for (const item of items) {
    if (before) yield [before.item, item];
    before = { item };
  }
}
