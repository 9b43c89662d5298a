import { Module, createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type ts from 'typescript';
import { replaceFork, type CellMaps, type CompilerState } from './fork.ts';
import type { ConverterModule, JupyterModule, MetadataModule } from './tslab.ts';
import type { FullTypeScript } from './typescript-internals.ts';

export type { CellMaps } from './fork.ts';

export interface Compiler {
  readonly ts: FullTypeScript;
  readonly converterModule: ConverterModule;
  readonly metadataModule: MetadataModule;
  readonly jupyterModule: JupyterModule;
  /** `import … from 'tslab'` in a cell. */
  readonly publicModule: unknown;
  /** The program of the last conversion, completion or inspection. */
  program(): ts.Program | undefined;
  /** The source maps of the last conversion. */
  maps(): CellMaps | undefined;
  /** What the compiler threw while it rebuilt its program, once; a conversion after it is not to be trusted. */
  takeFailure(): unknown;
  /** What the next conversion reads: a pragma of a cell may change `strict` for one conversion. */
  readonly options: ts.CompilerOptions;
}

/**
 * Loads today's TypeScript and, on top of it, tslab, which would load a fork of TypeScript 5.0. Takes some 0.3 s.
 * @param cellGlobals the `.d.ts` file that declares what cells find besides Node's own globals
 */
export function loadCompiler(cellGlobals: string): Compiler {
  const require = createRequire(import.meta.url);
  const typescript = require('typescript') as FullTypeScript;
  const tslabRoot = dirname(require.resolve('tslab/package.json'));
  const fromTslab = createRequire(join(tslabRoot, 'dist', 'main.js'));

  const state: CompilerState = { program: undefined, maps: undefined, failure: undefined, options: {} };
  const forkPath = fromTslab.resolve('@tslab/typescript-for-tslab');
  const fork = new Module(forkPath);
  fork.filename = forkPath;
  fork.exports = replaceFork(typescript, cellGlobals, state);
  fork.loaded = true;
  require.cache[forkPath] = fork;

  return {
    ts: typescript,
    converterModule: fromTslab('./converter.js') as ConverterModule,
    metadataModule: fromTslab('./metadata.js') as MetadataModule,
    jupyterModule: fromTslab('./jupyter.js') as JupyterModule,
    publicModule: fromTslab('./public.js'),
    program: () => state.program,
    maps: () => state.maps,
    takeFailure: () => {
      const { failure } = state;
      state.failure = undefined;
      return failure;
    },
    options: state.options,
  };
}
