/** What comments at the head of a cell ask of the compiler, for this cell alone. */
export interface Pragmas {
  readonly strict: boolean;
}

/**
 * Reads `// @strict off` from the comments ahead of a cell's code. `// @ts-nocheck` is read by the checker itself, and
 * `// @ts-expect-error` and `// @ts-ignore` stand where TypeScript wants them.
 */
export function readPragmas(source: string): Pragmas {
  const head = /^(?:\s*(?:\/\/[^\n]*(?:\n|$)|\/\*[^]*?\*\/))*/.exec(source)?.[0] ?? '';
  return { strict: !/\/\/\s*@strict\s+off\b/.test(head) };
}
