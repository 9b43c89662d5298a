/** What a mapper gets beside the item. */
export interface MapContext {
  /** Position of the item in the source, from 0. */
  readonly index: number;
  /** Aborts when nobody will read the result: the reader left, a sibling failed, the caller's signal aborted. */
  readonly signal: AbortSignal;
}

export type Mapper<Item, Result> = (item: Item, context: MapContext) => Result | PromiseLike<Result>;
