// tslab compiles with a fork of TypeScript 5.0. This file makes a copy of today's `typescript` that can stand in its place:
// with the few functions that the fork had besides, and with options of today.
import type ts from 'typescript';
import { diagnosticsOfFiles } from './diagnostics.ts';
import { quickInfoAt } from './quick-info.ts';
import { visitCell } from './visit-cell.ts';
import { joinWatchTimers } from './watch-timers.ts';
import type { CellBuilder, CellWatchHost, FullTypeScript } from './typescript-internals.ts';

/** The two source maps of a cell: from its modules to what was typed, and from its CommonJS to its modules. */
export interface CellMaps {
  readonly module: string;
  readonly commonJs: string;
}

/** What the copy notes down as tslab uses it. */
export interface CompilerState {
  program: ts.Program | undefined;
  maps: CellMaps | undefined;
  /** What the last rebuild of the program threw. */
  failure: unknown;
  readonly options: ts.CompilerOptions;
}

const inlineMap = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/;

/** The module that tslab gets for `@tslab/typescript-for-tslab`. */
export function replaceFork(
  typescript: FullTypeScript,
  cellGlobals: string,
  state: CompilerState,
): Record<string, unknown> {
  const { Completions } = typescript;
  return {
    ...typescript,
    // Kept as it is by the helper through which tslab imports it.
    __esModule: true,
    getDefaultTypeRoots: (cwd: string, host: ts.ModuleResolutionHost) =>
      typescript.getEffectiveTypeRoots({}, { ...host, getCurrentDirectory: () => cwd }),
    getNullTransformationContext: () => typescript.nullTransformationContext,
    getPreEmitDiagnosticsOfFiles: (program: ts.Program, files: readonly ts.SourceFile[]) =>
      diagnosticsOfFiles(typescript, program, files),
    getQuickInfoAtPosition: (
      file: ts.SourceFile,
      checker: ts.TypeChecker,
      _token: unknown,
      position: number,
    ) => quickInfoAt(typescript, file, checker, position),
    Completions: {
      ...Completions,
      getCompletionsAtPositionForTslab: (...args: unknown[]) => Completions.getCompletionsAtPosition(...args),
    },
    visitEachChild: visitCell(typescript, () => state.program),
    createWatchCompilerHost: (rootFiles: string[], options: ts.CompilerOptions, ...rest: unknown[]) => {
      Object.assign(state.options, optionsOfToday(typescript, options));
      const create = typescript.createWatchCompilerHost as unknown as (...args: unknown[]) => CellWatchHost;
      const host = create([...rootFiles, cellGlobals], state.options, ...rest);
      joinWatchTimers(host, (error) => (state.failure = error));
      return host;
    },
    createWatchProgram: (host: CellWatchHost) => createWatchProgram(typescript, host, cellGlobals, state),
    transpileModule: (code: string, options: ts.TranspileOptions) =>
      toCommonJs(typescript, code, options, state),
  };
}

function optionsOfToday(typescript: FullTypeScript, forkOptions: ts.CompilerOptions): ts.CompilerOptions {
  const { noImplicitUseStrict, disableTopLevelAwait, ...options } = forkOptions;
  // Two that TypeScript 6 has no more.
  void [noImplicitUseStrict, disableTopLevelAwait];
  return {
    ...options,
    target: typescript.ScriptTarget.ESNext,
    lib: ['lib.esnext.d.ts'],
    module: typescript.ModuleKind.ESNext,
    moduleResolution: typescript.ModuleResolutionKind.Bundler,
    strict: true,
    noImplicitAny: false,
    types: ['node'],
    experimentalDecorators: false,
    inlineSourceMap: true,
    // `import './helper.ts'`, as Node itself has it.
    rewriteRelativeImportExtensions: true,
  };
}

function createWatchProgram(
  typescript: FullTypeScript,
  host: CellWatchHost,
  cellGlobals: string,
  state: CompilerState,
): ts.WatchOfFilesAndCompilerOptions<CellBuilder> {
  const afterProgramCreate = host.afterProgramCreate?.bind(host);
  host.afterProgramCreate = (builder) => {
    state.program = builder.getProgram();
    afterProgramCreate?.(builder);
  };
  const watch = typescript.createWatchProgram(host);
  // tslab lists its own files anew for each module that a cell makes.
  return { ...watch, updateRootFileNames: (files) => watch.updateRootFileNames([...files, cellGlobals]) };
}

/** The second step of tslab's conversion, with `import()` left as it is and the source maps of both steps kept. */
function toCommonJs(
  typescript: FullTypeScript,
  code: string,
  options: ts.TranspileOptions,
  state: CompilerState,
): ts.TranspileOutput {
  const map = inlineMap.exec(code);
  const text = map === null ? code : code.slice(0, map.index);
  const { noImplicitUseStrict, ...compilerOptions } = options.compilerOptions ?? {};
  void noImplicitUseStrict;
  // Decorators are the one thing of today's TypeScript that Node does not run by itself.
  const target = hasDecorator(typescript, text)
    ? typescript.ScriptTarget.ES2024
    : typescript.ScriptTarget.ESNext;
  const { outputText, sourceMapText } = typescript.transpileModule(text, {
    ...options,
    fileName: 'cell.cjs',
    compilerOptions: { ...compilerOptions, target, module: typescript.ModuleKind.Node20, sourceMap: true },
  });
  state.maps =
    map?.[1] === undefined || sourceMapText === undefined
      ? undefined
      : { module: Buffer.from(map[1], 'base64').toString(), commonJs: sourceMapText };
  return { outputText: outputText.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '') };
}

function hasDecorator(typescript: FullTypeScript, code: string): boolean {
  if (!code.includes('@')) return false;
  let found = false;
  const visit = (node: ts.Node): void => {
    found ||= typescript.isDecorator(node);
    if (!found) typescript.forEachChild(node, visit);
  };
  visit(typescript.createSourceFile('cell.js', code, typescript.ScriptTarget.ESNext));
  return found;
}
