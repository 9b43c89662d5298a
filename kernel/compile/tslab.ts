import type ts from 'typescript';

/** A place in a cell, as tslab's converter gives it; line and character count from 0. */
export interface Position {
  readonly offset: number;
  readonly line: number;
  readonly character: number;
}

/** One complaint of the compiler about a cell, or about a local file that the cell imports. */
export interface Diagnostic {
  readonly start: Position;
  readonly end: Position;
  readonly messageText: string;
  readonly category: number;
  readonly code: number;
  readonly fileName?: string;
}

export interface SideOutput {
  readonly path: string;
  readonly data: string;
}

/** What tslab's `converter.convert` returns. */
export interface Conversion {
  readonly diagnostics: readonly Diagnostic[];
  readonly output?: string;
  readonly declOutput?: string;
  readonly sideOutputs?: readonly SideOutput[];
  readonly lastExpressionVar?: string;
}

/** What tslab's `converter.complete` returns. */
export interface Completion {
  readonly start: number;
  readonly end: number;
  readonly candidates: readonly string[];
  readonly original?: ts.CompletionInfo;
}

export interface TslabConverter {
  convert(previousDeclarations: string, source: string): Conversion;
  complete(previousDeclarations: string, source: string, position: number): Completion;
  inspect(previousDeclarations: string, source: string, position: number): ts.QuickInfo | undefined;
  addModule(name: string, source: string, meta: { readonly jsx?: boolean }): readonly Diagnostic[];
  close(): void;
}

/** `tslab/dist/converter.js`. */
export interface ConverterModule {
  createConverter(options: { readonly isJS: boolean; readonly isBrowser: boolean }): TslabConverter;
  isCompleteCode(code: string): { readonly completed: boolean; readonly indent?: string };
}

/** What a cell's leading doc comment asks of tslab: to become a module, to hold JSX. */
export interface CellMeta {
  readonly module?: string;
  readonly jsx?: boolean;
  readonly mode?: 'node' | 'browser';
}

/** `tslab/dist/metadata.js`. */
export interface MetadataModule {
  getCodeMetadata(source: string): CellMeta;
}

/** A mime bundle on its way to a `display_data` message, as tslab's public `display` makes it. */
export interface DisplayData {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly transient?: { readonly display_id?: string };
}

/** The one variable of `tslab/dist/jupyter.js` through which `import … from 'tslab'` in a cell shows things. */
export interface JupyterModule {
  lastWriteDisplayData: ((data: DisplayData, update?: boolean) => void) | null;
}
