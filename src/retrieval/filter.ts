import type { Metadata } from '../documents/document.ts';

/** A value that a filter compares with: equality is strict, so `1` and `'1'` differ. */
export type FilterValue = string | number | boolean;

/**
 * A condition on a chunk's metadata, plain JSON. `field` names a key of the metadata, or `documentId`. A field that a
 * chunk lacks matches nothing; where it holds a list, one element that matches is enough.
 */
export type Filter =
  | { readonly field: string; readonly equals: FilterValue }
  | { readonly field: string; readonly in: readonly FilterValue[] }
  /** Both bounds are included; numbers by size, strings by UTF-16 units (so ISO dates in order). */
  | { readonly field: string; readonly from?: number | string; readonly to?: number | string }
  | { readonly and: readonly Filter[] }
  | { readonly or: readonly Filter[] }
  | { readonly not: Filter };

const isValue = (value: unknown): value is FilterValue =>
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && !Number.isNaN(value));

const isBound = (value: unknown) =>
  value === undefined || typeof value === 'string' || (typeof value === 'number' && !Number.isNaN(value));

/**
 * Refuses what is not a filter, before a search starts.
 *
 * @throws TypeError naming the part that is not understood.
 */
export function checkFilter(filter: unknown): asserts filter is Filter {
  const refuse = (why: string): never => {
    throw new TypeError(`\`filter\` ${why}, got ${JSON.stringify(filter)}`);
  };
  if (typeof filter !== 'object' || filter === null || Array.isArray(filter))
    return refuse('must be an object');
  const parts: Record<string, unknown> = { ...filter };
  if ('and' in parts || 'or' in parts) {
    const list = parts.and ?? parts.or;
    if (!Array.isArray(list) || Object.keys(parts).length !== 1)
      return refuse('needs one list under `and` or `or`');
    for (const part of list) checkFilter(part);
    return;
  }
  if ('not' in parts) {
    if (Object.keys(parts).length !== 1) return refuse('may hold nothing beside `not`');
    return checkFilter(parts.not);
  }
  const { field, ...condition } = parts;
  if (typeof field !== 'string' || field === '') return refuse('needs a `field`, `and`, `or` or `not`');
  const keys = Object.keys(condition);
  if (keys.length === 1 && keys[0] === 'equals') {
    if (!isValue(condition.equals)) return refuse('`equals` must be a string, a number or a boolean');
  } else if (keys.length === 1 && keys[0] === 'in') {
    if (!Array.isArray(condition.in) || !condition.in.every(isValue)) {
      return refuse('`in` must be a list of strings, numbers or booleans');
    }
  } else if (keys.length > 0 && keys.every((key) => key === 'from' || key === 'to')) {
    if (!isBound(condition.from) || !isBound(condition.to))
      return refuse('`from` and `to` must be numbers or strings');
    if (
      condition.from !== undefined &&
      condition.to !== undefined &&
      typeof condition.from !== typeof condition.to
    ) {
      return refuse('`from` and `to` must be of one type');
    }
  } else {
    return refuse('needs exactly one of `equals`, `in`, or `from` and `to` beside `field`');
  }
}

/** Whether a chunk's document id and metadata fulfil a checked filter. */
export function matchesFilter(filter: Filter, documentId: string, metadata: Metadata): boolean {
  if ('and' in filter) return filter.and.every((part) => matchesFilter(part, documentId, metadata));
  if ('or' in filter) return filter.or.some((part) => matchesFilter(part, documentId, metadata));
  if ('not' in filter) return !matchesFilter(filter.not, documentId, metadata);
  const held = filter.field === 'documentId' ? documentId : metadata[filter.field];
  const values: readonly unknown[] = Array.isArray(held) ? held : [held];
  if ('equals' in filter) return values.includes(filter.equals);
  if ('in' in filter) return values.some((value) => filter.in.includes(value as FilterValue));
  const { from, to } = filter;
  return values.some(
    (value) =>
      typeof value === typeof (from ?? to) &&
      (from === undefined || (value as string) >= from) &&
      (to === undefined || (value as string) <= to),
  );
}
