import type ts from 'typescript';

type VisitEachChild = typeof ts.visitEachChild;

/**
 * tslab turns a name of an earlier cell into `exports.name` wherever it stands, except in shorthand: `{ name }` would have to
 * become `{ name: exports.name }`. This wraps TypeScript's `visitEachChild`, through which tslab walks a cell, so that it does.
 */
export function visitWithShorthand(
  typescript: typeof ts,
  program: () => ts.Program | undefined,
): VisitEachChild {
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
