import { inspect } from 'node:util';

export interface MimeBundle {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Objects that can show themselves have a method by this name; Deno's kernel reads it too. */
const displaySymbol = Symbol.for('Jupyter.display');

/**
 * What a cell's last value looks like: always as text, and in whatever an object offers by `[Symbol.for('Jupyter.display')]()`,
 * a function that returns (or promises) a mime bundle. Never throws: a value that cannot be shown says why.
 */
export async function mimeBundle(value: unknown): Promise<MimeBundle> {
  const data: Record<string, unknown> = {};
  try {
    const display = displayOf(value);
    if (display !== undefined) Object.assign(data, await display.call(value));
  } catch (error) {
    data['text/plain'] = `[Symbol.for('Jupyter.display')] failed: ${inspectSafely(error)}`;
  }
  data['text/plain'] ??= inspectSafely(value);
  return { data, metadata: {} };
}

function displayOf(value: unknown): (() => unknown) | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  try {
    const display = (value as Record<symbol, unknown>)[displaySymbol];
    return typeof display === 'function' ? (display as () => unknown) : undefined;
  } catch {
    // A value that throws when it is looked at offers nothing.
    return undefined;
  }
}

/** `util.inspect`, which runs code of the value and so may fail. */
export function inspectSafely(value: unknown): string {
  try {
    return inspect(value);
  } catch (error) {
    try {
      return `[a value that cannot be shown: ${error instanceof Error ? error.message : typeof error}]`;
    } catch {
      return '[a value that cannot be shown]';
    }
  }
}
