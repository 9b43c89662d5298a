import { readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import ts from 'typescript';

/** What kind of thing a name of the public API is. */
export type ApiKind = 'function' | 'class' | 'interface' | 'type' | 'constant';

export interface ApiTag {
  readonly tag: string;
  /** For `@param`: the parameter. */
  readonly name?: string;
  readonly text: string;
}

export interface ApiMember {
  readonly name: string;
  readonly signature: string;
  readonly text: string;
  readonly tags: readonly ApiTag[];
}

export interface ApiItem {
  readonly name: string;
  readonly kind: ApiKind;
  /** As declared, without bodies and private parts. */
  readonly signature: string;
  readonly text: string;
  readonly tags: readonly ApiTag[];
  readonly members: readonly ApiMember[];
  /** The file, as a path in the repository. */
  readonly file: string;
  readonly line: number;
}

export interface ApiRoom {
  readonly name: string;
  /** What the items are imported from. */
  readonly module: string;
  readonly items: readonly ApiItem[];
}

/**
 * The public API as the entry files list it, room by room, in their order.
 *
 * Read from syntax alone: the house writes the types of its public functions out, so nothing has to be inferred, and
 * reading takes a tenth of a second where a type check takes several.
 */
export function readApi(root: string, entries: readonly { file: string; module: string }[]): ApiRoom[] {
  const rooms = new Map<string, { name: string; module: string; items: ApiItem[] }>();
  const files = new Map<string, ts.SourceFile>();
  const parse = (path: string): ts.SourceFile => {
    const known = files.get(path);
    if (known !== undefined) return known;
    const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
    files.set(path, source);
    return source;
  };
  for (const { file, module } of entries) {
    const entry = parse(join(root, file));
    for (const { name, from } of exportsOf(entry)) {
      const found = declarationOf(parse, join(dirname(entry.fileName), from), name);
      if (found === undefined) continue;
      const path = relative(root, found.source.fileName).split('\\').join('/');
      const roomName = posix.dirname(path).split('/')[1] ?? 'streaming-rag';
      const room = rooms.get(roomName) ?? { name: roomName, module, items: [] };
      rooms.set(roomName, room);
      room.items.push(itemOf(found.node, found.source, name, path));
    }
  }
  return [...rooms.values()];
}

function exportsOf(source: ts.SourceFile): { name: string; from: string }[] {
  return source.statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier === undefined) return [];
    if (statement.exportClause === undefined || !ts.isNamedExports(statement.exportClause)) return [];
    const from = (statement.moduleSpecifier as ts.StringLiteral).text;
    return statement.exportClause.elements.map((element) => ({
      name: (element.propertyName ?? element.name).text,
      from,
    }));
  });
}

type Declaration =
  | ts.FunctionDeclaration
  | ts.ClassDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration
  | ts.VariableStatement;

function declarationOf(
  parse: (path: string) => ts.SourceFile,
  path: string,
  name: string,
): { node: Declaration; source: ts.SourceFile } | undefined {
  const source = parse(path);
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement)) {
      if (statement.declarationList.declarations.some(({ name: at }) => at.getText() === name))
        return { node: statement, source };
    } else if (
      ts.isFunctionDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement)
    ) {
      if (statement.name?.text === name) return { node: statement, source };
    }
  }
  const again = exportsOf(source).find((exported) => exported.name === name);
  return again && declarationOf(parse, join(dirname(path), again.from), name);
}

function itemOf(node: Declaration, source: ts.SourceFile, name: string, file: string): ApiItem {
  const documented = docOf(node);
  const members =
    ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node)
      ? [...node.members].flatMap((member) => memberOf(member, source))
      : [];
  return {
    name,
    kind: kindOf(node),
    signature: signatureOf(node, source),
    ...documented,
    members,
    file,
    line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1,
  };
}

function kindOf(node: Declaration): ApiKind {
  if (ts.isFunctionDeclaration(node)) return 'function';
  if (ts.isClassDeclaration(node)) return 'class';
  if (ts.isInterfaceDeclaration(node)) return 'interface';
  return ts.isTypeAliasDeclaration(node) ? 'type' : 'constant';
}

function docOf(node: ts.Node): { text: string; tags: ApiTag[] } {
  const docs = ts.getJSDocCommentsAndTags(node).filter((doc) => ts.isJSDoc(doc));
  const doc = docs.at(-1);
  if (doc === undefined) return { text: '', tags: [] };
  const tags = (doc.tags ?? []).map((tag): ApiTag => {
    const text = ts.getTextOfJSDocComment(tag.comment) ?? '';
    return ts.isJSDocParameterTag(tag)
      ? { tag: 'param', name: tag.name.getText(), text: text.replace(/^-\s*/, '') }
      : // The compiler reads the first words of `@throws` as a type.
        { tag: tag.tagName.text, text: ts.isJSDocThrowsTag(tag) ? throwsText(tag) : text };
  });
  return { text: ts.getTextOfJSDocComment(doc.comment) ?? '', tags };
}

function throwsText(tag: ts.JSDocThrowsTag): string {
  return tag
    .getText()
    .replace(/^@throws\s*/, '')
    .replace(/\n\s*\* ?/g, '\n')
    .replace(/[\s*]+$/, '');
}

const hidden = (node: ts.Node): boolean =>
  (ts.canHaveModifiers(node) &&
    ts
      .getModifiers(node)
      ?.some(
        ({ kind }) => kind === ts.SyntaxKind.PrivateKeyword || kind === ts.SyntaxKind.ProtectedKeyword,
      )) === true;

function memberOf(member: ts.ClassElement | ts.TypeElement, source: ts.SourceFile): ApiMember[] {
  if (member.name !== undefined && ts.isPrivateIdentifier(member.name)) return [];
  if (hidden(member) || ts.isClassStaticBlockDeclaration(member)) return [];
  const name = ts.isConstructorDeclaration(member) ? 'constructor' : (member.name?.getText(source) ?? '');
  if (name === '' || name === '[Symbol.iterator]') return [];
  return [{ name, signature: withoutBody(member, source), ...docOf(member) }];
}

/** The source up to where a body or an initial value begins. */
function withoutBody(node: ts.Node, source: ts.SourceFile): string {
  const { body } = node as { body?: ts.Node };
  let end = node.end;
  if (body !== undefined) end = body.getFullStart();
  else if (ts.isPropertyDeclaration(node) && node.initializer !== undefined) {
    end = (node.type ?? node.name).end;
  }
  const text = source.text.slice(node.getStart(source), end);
  return dedent(
    text
      .trim()
      .replace(/^export\s+/, '')
      .replace(/^(?:async\s+|override\s+)+/, ''),
    node,
    source,
  )
    .replace(/;$/, '')
    .replace(/^((?:static\s+)?)async\s+/, '$1');
}

function signatureOf(node: Declaration, source: ts.SourceFile): string {
  if (ts.isFunctionDeclaration(node)) return withoutBody(node, source).replace(/^function\*\s*/, 'function ');
  if (ts.isClassDeclaration(node)) {
    const parts = node.heritageClauses?.map((clause) => clause.getText(source)) ?? [];
    return ['class', node.name!.text + typeParameters(node, source), ...parts].join(' ');
  }
  if (ts.isInterfaceDeclaration(node)) {
    const parts = node.heritageClauses?.map((clause) => clause.getText(source)) ?? [];
    return ['interface', node.name.text + typeParameters(node, source), ...parts].join(' ');
  }
  const text = withoutComments(node, source);
  if (ts.isVariableStatement(node)) {
    const { name, type } = node.declarationList.declarations[0]!;
    return `const ${name.getText(source)}${type === undefined ? '' : `: ${type.getText(source)}`}`;
  }
  return text;
}

function typeParameters(node: ts.ClassDeclaration | ts.InterfaceDeclaration, source: ts.SourceFile): string {
  const list = node.typeParameters?.map((parameter) => parameter.getText(source)).join(', ');
  return list === undefined ? '' : `<${list}>`;
}

function withoutComments(node: ts.Node, source: ts.SourceFile): string {
  return source.text
    .slice(node.getStart(source), node.end)
    .replace(/^export\s+/, '')
    .replace(/;$/, '');
}

function dedent(text: string, node: ts.Node, source: ts.SourceFile): string {
  const { character } = source.getLineAndCharacterOfPosition(node.getStart(source));
  return text.replaceAll(new RegExp(`\\n {1,${Math.max(1, character)}}`, 'g'), (found) =>
    found.length - 1 === character ? '\n' : found,
  );
}
