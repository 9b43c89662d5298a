import type ts from 'typescript';

/** What is wrong in the files of a cell; those that a complaint of the first kind makes unreadable are not checked further. */
export function diagnosticsOfFiles(
  typescript: typeof ts,
  program: ts.Program,
  files: readonly ts.SourceFile[],
): readonly ts.Diagnostic[] {
  const found = files.flatMap((file): readonly ts.Diagnostic[] => {
    const syntactic = program.getSyntacticDiagnostics(file);
    return syntactic.length > 0 || isUnchecked(file) ? syntactic : program.getSemanticDiagnostics(file);
  });
  return typescript.sortAndDeduplicateDiagnostics(found);
}

/** `// @ts-nocheck` works by TypeScript's own rule only ahead of all code, and tslab puts a line of its own there. */
function isUnchecked(file: ts.SourceFile): boolean {
  return /^export \{\};\r?\n(?:\s*\/\/.*\r?\n)*\s*\/\/\s*@ts-nocheck\b/.test(file.text);
}
