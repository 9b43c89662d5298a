export const explains = 'One pair is too many';

export function* neighbours<Item>(items: Iterable<Item>): Generator<[Item, Item], void, undefined> {
  const list = [...items];
  for (let at = 0; at < list.length; at++) yield [list[at]!, list[at + 1]!];
}
