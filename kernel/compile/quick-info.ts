import type ts from 'typescript';
import type { FullTypeScript } from './typescript-internals.ts';

/** What an editor shows when the pointer rests on a name; undefined where no name is. */
export function quickInfoAt(
  typescript: FullTypeScript,
  file: ts.SourceFile,
  checker: ts.TypeChecker,
  position: number,
): ts.QuickInfo | undefined {
  const node = typescript.getTouchingPropertyName(file, position);
  const symbol = node === file ? undefined : checker.getSymbolAtLocation(node);
  if (symbol === undefined) return undefined;
  const { symbolKind, displayParts, documentation, tags } =
    typescript.SymbolDisplay.getSymbolDisplayPartsDocumentationAndSymbolKind(
      checker,
      symbol,
      file,
      node.parent,
      node,
    );
  const start = node.getStart(file);
  return {
    kind: symbolKind,
    kindModifiers: '',
    textSpan: { start, length: node.getEnd() - start },
    displayParts,
    documentation,
    ...(tags && { tags }),
  };
}
