import type ts from 'typescript';
import type { FullTypeScript } from './typescript-internals.ts';

/** True if the cell awaits outside of its functions: then it must run inside an async one. */
export function hasTopLevelAwait(typescript: FullTypeScript, source: string): boolean {
  if (!source.includes('await')) return false;
  let found = false;
  const visit = (node: ts.Node): void => {
    if (found || isOwnScope(typescript, node)) return;
    found =
      typescript.isAwaitExpression(node) ||
      (typescript.isForOfStatement(node) && node.awaitModifier !== undefined) ||
      (typescript.isVariableDeclarationList(node) && typescript.isVarAwaitUsing(node));
    if (!found) typescript.forEachChild(node, visit);
  };
  // The prefix makes the text a module, in which `await (x)` is no call.
  visit(
    typescript.createSourceFile('cell.ts', `export {};\n${source}`, typescript.ScriptTarget.ESNext, false),
  );
  return found;
}

function isOwnScope(typescript: FullTypeScript, node: ts.Node): boolean {
  return typescript.isFunctionLike(node) || typescript.isClassStaticBlockDeclaration(node);
}
