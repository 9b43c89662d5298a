import type ts from 'typescript';
import type { Compiler } from '../compile/compiler.ts';
import { quickInfoAt } from '../compile/quick-info.ts';
import type { CellProgram } from './cell-program.ts';

export interface Inspection {
  readonly markdown: string;
  readonly text: string;
}

/** A declaration longer than this is cut. */
const maxSourceLines = 40;

/**
 * What is known of the name at `position` (in UTF-16 units), or of the function whose call encloses it: its type and its
 * documentation, and at level 1 how it is declared.
 */
export function inspectAt(
  compiler: Compiler,
  { program, file, prefixLength }: CellProgram,
  position: number,
  detailLevel: number,
): Inspection | undefined {
  const { ts: typescript } = compiler;
  const checker = program.getTypeChecker();
  const places = [position, position - 1].filter((place) => place >= 0).map((place) => place + prefixLength);
  const callee = calleeAround(typescript, file, position + prefixLength);
  if (callee !== undefined) places.push(callee);
  for (const place of places) {
    const info = quickInfoAt(typescript, file, checker, place);
    if (info?.displayParts === undefined || info.displayParts.length === 0) continue;
    const source = detailLevel > 0 ? declarationAt(typescript, file, checker, place) : undefined;
    return describe(typescript, info, source);
  }
  return undefined;
}

function describe(typescript: typeof ts, info: ts.QuickInfo, source: string | undefined): Inspection {
  const signature = typescript.displayPartsToString(info.displayParts);
  const documentation = typescript.displayPartsToString(info.documentation);
  const tags = (info.tags ?? []).map(({ name, text }) => ({
    name,
    text: typescript.displayPartsToString(text),
  }));
  const markdown = [
    fenced(signature),
    documentation,
    tags.map(({ name, text }) => `*@${name}* ${text}`.trim()).join('  \n'),
    source === undefined ? '' : fenced(source),
  ];
  const text = [
    signature,
    documentation,
    tags.map((tag) => `@${tag.name} ${tag.text}`.trim()).join('\n'),
    source ?? '',
  ];
  const join = (parts: readonly string[]): string => parts.filter((part) => part !== '').join('\n\n');
  return { markdown: join(markdown), text: join(text) };
}

function fenced(code: string): string {
  return `\`\`\`typescript\n${code}\n\`\`\``;
}

/** Where the function's name stands whose arguments the position is among. */
function calleeAround(typescript: typeof ts, file: ts.SourceFile, position: number): number | undefined {
  let found: ts.Expression | undefined;
  const visit = (node: ts.Node): void => {
    // A call that is still being typed ends before the blank under the cursor.
    const isAround = node.end >= position || file.text.slice(node.end, position).trim() === '';
    if (node.getStart(file) > position || !isAround) return;
    const isCall = typescript.isCallExpression(node) || typescript.isNewExpression(node);
    if (isCall && node.expression.end <= position && !isClosedBefore(node, position, file))
      found = node.expression;
    typescript.forEachChild(node, visit);
  };
  visit(file);
  if (found === undefined) return undefined;
  return typescript.isPropertyAccessExpression(found) ? found.name.getStart(file) : found.getStart(file);
}

function isClosedBefore(call: ts.Node, position: number, file: ts.SourceFile): boolean {
  return call.end <= position && file.text[call.end - 1] === ')';
}

function declarationAt(
  typescript: Compiler['ts'],
  file: ts.SourceFile,
  checker: ts.TypeChecker,
  position: number,
): string | undefined {
  const node = typescript.getTouchingPropertyName(file, position);
  let symbol = checker.getSymbolAtLocation(node);
  if (symbol !== undefined && (symbol.flags & typescript.SymbolFlags.Alias) !== 0) {
    symbol = checker.getAliasedSymbol(symbol);
  }
  const declaration = symbol?.declarations?.[0];
  if (declaration === undefined) return undefined;
  const whole = typescript.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const lines = whole.getText(whole.getSourceFile()).split('\n');
  return lines.length <= maxSourceLines
    ? lines.join('\n')
    : [...lines.slice(0, maxSourceLines), '…'].join('\n');
}
