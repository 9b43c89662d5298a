import type ts from 'typescript';

/** Parts of TypeScript that its declarations leave out; each is checked by a test to be there. */
export interface TypeScriptInternals {
  readonly nullTransformationContext: ts.TransformationContext;
  readonly getTouchingPropertyName: (file: ts.SourceFile, position: number) => ts.Node;
  readonly isVarAwaitUsing: (list: ts.VariableDeclarationList) => boolean;
  readonly SymbolDisplay: {
    readonly getSymbolDisplayPartsDocumentationAndSymbolKind: (
      checker: ts.TypeChecker,
      symbol: ts.Symbol,
      file: ts.SourceFile,
      enclosing: ts.Node | undefined,
      location: ts.Node,
    ) => {
      readonly displayParts: ts.SymbolDisplayPart[];
      readonly documentation: ts.SymbolDisplayPart[];
      readonly symbolKind: ts.ScriptElementKind;
      readonly tags?: ts.JSDocTagInfo[];
    };
  };
  readonly Completions: {
    readonly getCompletionsAtPosition: (...args: unknown[]) => ts.CompletionInfo | undefined;
    readonly getCompletionEntryDetails: (...args: unknown[]) => ts.CompletionEntryDetails | undefined;
  };
}

export type FullTypeScript = typeof ts & TypeScriptInternals;

export type CellBuilder = ts.EmitAndSemanticDiagnosticsBuilderProgram;
export type CellWatchHost = ts.WatchCompilerHostOfFilesAndCompilerOptions<CellBuilder>;
