export const explains = 'was taken for «there is no value yet»';

export function* neighbours<Item>(items: Iterable<Item>): Generator<[Item, Item], void, undefined> {
  let before: Item | undefined;
  for (const item of items) {
    if (before !== undefined) yield [before, item];
    before = item;
  }
}
