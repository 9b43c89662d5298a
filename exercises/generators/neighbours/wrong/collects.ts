export const explains = 'The source was read on and on before the first pair was given';

export function* neighbours<Item>(items: Iterable<Item>): Generator<[Item, Item], void, undefined> {
  const list = [...items];
  for (let at = 1; at < list.length; at++) yield [list[at - 1]!, list[at]!];
}
