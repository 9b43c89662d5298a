import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { readPragmas } from '../../kernel/compile/pragmas.ts';
import { hasTopLevelAwait } from '../../kernel/compile/top-level-await.ts';
import type { FullTypeScript } from '../../kernel/compile/typescript-internals.ts';

const typescript = ts as unknown as FullTypeScript;

describe('what the kernel uses of TypeScript that it does not declare', () => {
  it('is there', () => {
    expect(typescript.nullTransformationContext).toBeTypeOf('object');
    expect(typescript.getTouchingPropertyName).toBeTypeOf('function');
    expect(typescript.isVarAwaitUsing).toBeTypeOf('function');
    expect(typescript.SymbolDisplay.getSymbolDisplayPartsDocumentationAndSymbolKind).toBeTypeOf('function');
    expect(typescript.Completions.getCompletionsAtPosition).toBeTypeOf('function');
    expect(typescript.Completions.getCompletionEntryDetails).toBeTypeOf('function');
  });
});

describe('hasTopLevelAwait', () => {
  it.each([
    'await f()',
    'await (f())',
    'for await (const x of xs) f(x)',
    'await using r = open()',
    'if (a) { for (const b of c) { await b } }',
    'class A extends (await base()) {}',
    'const { a = await b } = c',
  ])('is true of «%s»', (source) => {
    expect(hasTopLevelAwait(typescript, source)).toBe(true);
  });

  it.each([
    'async () => await f()',
    'async function f() { for await (const x of xs) g(x) }',
    'class A { async m() { await 1 } }',
    '// await',
    '"await x"',
    'const awaited = 1',
    'using r = open()',
  ])('is false of «%s»', (source) => {
    expect(hasTopLevelAwait(typescript, source)).toBe(false);
  });
});

describe('readPragmas', () => {
  it.each([
    ['// @strict off\nlet a;', false],
    ['// what this is\n// @strict off\nlet a;', false],
    ['/* note */\n//@strict off', false],
    ['let a;\n// @strict off', true],
    ['"// @strict off"', true],
    ['', true],
  ])('of %j: strict is %s', (source, strict) => {
    expect(readPragmas(source)).toEqual({ strict });
  });
});
