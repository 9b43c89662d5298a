export function* neighbours<Item>(items: Iterable<Item>): Generator<[Item, Item], void, undefined> {
  // TODO: for a, b, c, … yield [a, b], then [b, c], and so on.
  for (const item of items) yield [item, item];
}
