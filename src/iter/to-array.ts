import { checkSource } from './checks.ts';
import { passThrough } from './pass-through.ts';
import type { Source } from './operator.ts';

export interface ToArrayOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Collects all items. Named as in the TC39 helpers; `Array.fromAsync` cannot be aborted. */
export async function toArray<Item>(source: Source<Item>, { signal }: ToArrayOptions = {}): Promise<Item[]> {
  checkSource(source);
  const items: Item[] = [];
  for await (const item of passThrough(source, signal)) items.push(item);
  return items;
}
