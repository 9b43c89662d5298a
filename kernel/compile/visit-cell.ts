import type ts from 'typescript';

type VisitEachChild = typeof ts.visitEachChild;

/**
 * Wraps TypeScript's `visitEachChild`, through which tslab walks a cell, so that two things work in cells that otherwise do not.
 * tslab turns a name of an earlier cell into `exports.name` wherever it stands, except in shorthand: here `{ name }` becomes
 * `{ name: exports.name }`. And `import.meta`, which only a module may say, becomes `__tslab__.meta`.
 */
export function visitCell(typescript: typeof ts, program: () => ts.Program | undefined): VisitEachChild {
  const { factory } = typescript;

  function isFromEarlierCell(node: ts.ShorthandPropertyAssignment): boolean {
    const original = typescript.getOriginalNode(node);
    if (!typescript.isShorthandPropertyAssignment(original) || original.getSourceFile() === undefined)
      return false;
    const symbol = program()?.getTypeChecker().getShorthandAssignmentValueSymbol(original);
    return (
      symbol?.declarations?.some((declaration) =>
        declaration.getSourceFile().fileName.endsWith('/__prev__.d.ts'),
      ) === true
    );
  }

  return ((node: ts.Node, visitor: ts.Visitor, context: ts.TransformationContext) => {
    if (typescript.isMetaProperty(node) && node.keywordToken === typescript.SyntaxKind.ImportKeyword) {
      const meta = factory.createPropertyAccessExpression(factory.createIdentifier('__tslab__'), 'meta');
      return typescript.setTextRange(meta, node);
    }
    if (!typescript.isShorthandPropertyAssignment(node) || !isFromEarlierCell(node)) {
      return typescript.visitEachChild(node, visitor, context);
    }
    const value = factory.createPropertyAccessExpression(factory.createIdentifier('exports'), node.name.text);
    const initializer = node.objectAssignmentInitializer;
    const long =
      initializer === undefined
        ? value
        : factory.createAssignment(value, typescript.visitNode(initializer, visitor) as ts.Expression);
    return typescript.setTextRange(factory.createPropertyAssignment(node.name.text, long), node);
  }) as VisitEachChild;
}
