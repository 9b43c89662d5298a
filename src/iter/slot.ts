/** One piece of running work, as a value: a promise of a slot never rejects, so an abandoned one is never unhandled. */
export type Slot<Value> =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'done' };

export const doneSlot: Slot<never> = { kind: 'done' };
