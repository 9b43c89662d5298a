/** Checks of options, one sentence each: the option's name, its range and what came. */

/** Throws a RangeError unless `value` is an integer from `minimum` to `maximum`. */
export function checkInteger(
  name: string,
  value: unknown,
  minimum: number,
  maximum = Number.MAX_SAFE_INTEGER,
): void {
  if (Number.isSafeInteger(value) && (value as number) >= minimum && (value as number) <= maximum) return;
  const range = maximum === Number.MAX_SAFE_INTEGER ? `${minimum} up` : `${minimum} to ${maximum}`;
  throw new RangeError(`\`${name}\` must be an integer from ${range}, got ${shown(value)}`);
}

/** Throws a RangeError unless `value` is a finite number from `minimum` up. */
export function checkNumber(name: string, value: unknown, minimum: number): void {
  if (typeof value === 'number' && Number.isFinite(value) && value >= minimum) return;
  throw new RangeError(`\`${name}\` must be a finite number from ${minimum} up, got ${shown(value)}`);
}

/** Throws a TypeError unless `value` is a function. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value === 'function') return;
  throw new TypeError(`\`${name}\` must be a function, got ${shown(value)}`);
}

/** Throws a TypeError unless `value` can be iterated, synchronously or not. */
export function checkSource(value: unknown, name = 'source'): void {
  if (value !== null && value !== undefined) {
    const iterable = value as Partial<AsyncIterable<unknown> & Iterable<unknown>>;
    if (typeof iterable[Symbol.asyncIterator] === 'function') return;
    if (typeof iterable[Symbol.iterator] === 'function') return;
  }
  throw new TypeError(`\`${name}\` must be an iterable or an async iterable, got ${shown(value)}`);
}

/** A value as an error message shows it: short, and never a payload. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return value.length <= 40 ? `'${value}'` : `a string of ${value.length}`;
  if (typeof value === 'number' || typeof value === 'boolean' || value === undefined || value === null)
    return String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
