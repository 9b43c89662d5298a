import type ts from 'typescript';

/** What a console does when its reader presses Enter: run, go on with the next line, or run and show the error. */
export type Completeness =
  | { readonly status: 'complete' }
  | { readonly status: 'invalid' }
  | { readonly status: 'incomplete'; readonly indent: string };

/** The compiler's codes for a comment, a template and an expression in a template that are not closed. */
const unclosed = new Set([1010, 1160, 1161]);

/** A string that is not closed on its line can be closed on no later one. */
const unclosedString = 1002;

/** Says whether a cell is whole: an error of syntax that more text could mend makes it incomplete, any other invalid. */
export function completenessOf(typescript: typeof ts, source: string): Completeness {
  const file = typescript.createSourceFile(
    'cell.ts',
    `export {};\n${source}`,
    typescript.ScriptTarget.ESNext,
    true,
  );
  const { parseDiagnostics } = file as ts.SourceFile & { parseDiagnostics: readonly ts.Diagnostic[] };
  const [first] = parseDiagnostics;
  if (first === undefined) return { status: 'complete' };
  // Two empty lines are a console's way to say «run it as it is».
  const isForced = /\n\s*\n\s*$/.test(source);
  const isAtEnd = (first.start ?? 0) >= file.text.trimEnd().length && first.code !== unclosedString;
  if (isForced || !(isAtEnd || unclosed.has(first.code))) return { status: 'invalid' };
  return { status: 'incomplete', indent: nextIndent(source) };
}

function nextIndent(source: string): string {
  const lines = source.trimEnd().split('\n');
  const last = lines.at(-1) ?? '';
  const indent = /^\s*/.exec(last)?.[0] ?? '';
  const code = last.replace(/\/\/.*$/, '').trimEnd();
  return /(?:[{([]|=>)$/.test(code) ? `${indent}  ` : indent;
}
