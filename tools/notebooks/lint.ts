import { basename } from 'node:path';
import ts from 'typescript';
import { root } from './kernel-command.ts';
import { maskPattern } from './masks.ts';
import { firstLineOf, isRunnable, notebookMetadata, type Cell, type Notebook } from './notebook-file.ts';
import type { Problem } from './run-notebook.ts';

/** Longer code belongs in `src/`. */
const maxCellLines = 25;
const maxMedianLines = 5;

/** What in a committed notebook breaks the rules that every chapter keeps; empty if nothing does. */
export function lintNotebook(path: string, notebook: Notebook): Problem[] {
  const name = basename(path);
  const code = notebook.cells.filter(isRunnable);
  return [
    ...lintMetadata(notebook.metadata).map((message) => ({ notebook: name, message })),
    ...lintIds(notebook.cells).map((message) => ({ notebook: name, message })),
    ...lintLengths(code).map((message) => ({ notebook: name, message })),
    ...code.flatMap((cell, index) =>
      [...lintCell(cell), ...lintShorthand(cell, code.slice(0, index))].map((message) => ({
        notebook: name,
        cell: index + 1,
        firstLine: firstLineOf(cell.source),
        message,
      })),
    ),
    ...notebook.cells
      .filter((cell) => !isRunnable(cell) && hasAbsolutePath(cell.source))
      .map((cell) => ({ notebook: name, message: `an absolute path in «${firstLineOf(cell.source)}»` })),
  ];
}

export function countLines(source: string): number {
  return source.split('\n').filter((line) => line.trim() !== '').length;
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function lintMetadata({ kernelspec }: Notebook['metadata']): string[] {
  const expected = JSON.stringify(notebookMetadata.kernelspec);
  const found = JSON.stringify(kernelspec, Object.keys(notebookMetadata.kernelspec));
  return found === expected ? [] : [`its kernelspec is ${found}, not ${expected}: run npm run notebooks`];
}

function lintIds(cells: readonly Cell[]): string[] {
  const seen = new Set<string>();
  return cells.flatMap(({ id, source }) => {
    const isGood = typeof id === 'string' && /^[\w-]{1,64}$/.test(id) && !seen.has(id);
    seen.add(id);
    return isGood
      ? []
      : [`the id ${JSON.stringify(id)} of «${firstLineOf(source)}» is missing, wrong or not its own`];
  });
}

function lintLengths(code: readonly Cell[]): string[] {
  const found = median(code.map(({ source }) => countLines(source)));
  return found <= maxMedianLines
    ? []
    : [`its median code cell has ${found} lines; at most ${maxMedianLines} keep a chapter readable`];
}

function lintCell(cell: Cell): string[] {
  const problems: string[] = [];
  const length = countLines(cell.source);
  if (length > maxCellLines)
    problems.push(`has ${length} lines; longer than ${maxCellLines} belongs in src/`);
  const outputs = JSON.stringify(cell.outputs ?? []);
  if (hasAbsolutePath(cell.source)) problems.push('has an absolute path');
  if (hasAbsolutePath(outputs)) problems.push('has an absolute path in its output');
  const isMeantToFail = cell.metadata.tags?.includes('raises-exception') === true;
  if (!isMeantToFail && cell.outputs?.some(({ output_type }) => output_type === 'error')) {
    problems.push('shows an error and is not tagged raises-exception');
  }
  for (const mask of cell.metadata['streaming-rag']?.masks ?? []) {
    try {
      maskPattern(mask);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  return problems;
}

function hasAbsolutePath(text: string): boolean {
  return (
    text.includes(root.replaceAll('\\', '/')) ||
    /(?:^|[\s"'(])(?:\/(?:home|Users|root|tmp|work)\/|[A-Z]:\\\\)/.test(text)
  );
}

/** Plain tslab loses the name of an earlier cell in shorthand: `{ name }` must be written `{ name: name }`. */
function lintShorthand(cell: Cell, earlier: readonly Cell[]): string[] {
  const before = new Set(earlier.flatMap(({ source }) => [...boundNames(parse(source), 'top level')]));
  const file = parse(cell.source);
  const own = boundNames(file);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isShorthandPropertyAssignment(node) && before.has(node.name.text) && !own.has(node.name.text)) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      const name = node.name.text;
      found.push(
        `line ${line + 1}: write { ${name}: ${name} }, for plain tslab loses the shorthand of another cell's name`,
      );
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function parse(source: string): ts.SourceFile {
  return ts.createSourceFile('cell.ts', source, ts.ScriptTarget.ESNext, true);
}

function isScope(node: ts.Node): boolean {
  return ts.isFunctionLike(node) || ts.isBlock(node) || ts.isClassLike(node) || ts.isModuleBlock(node);
}

function boundNames(file: ts.SourceFile, where: 'top level' | 'everywhere' = 'everywhere'): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    const { name } = node as ts.Node & { name?: ts.Node };
    const binds =
      ts.isVariableDeclaration(node) ||
      ts.isBindingElement(node) ||
      ts.isParameter(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isClassDeclaration(node) ||
      ts.isEnumDeclaration(node) ||
      ts.isImportClause(node) ||
      ts.isImportSpecifier(node) ||
      ts.isNamespaceImport(node);
    if (binds && name !== undefined && ts.isIdentifier(name)) names.add(name.text);
    if (where === 'everywhere' || !isScope(node)) ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}
