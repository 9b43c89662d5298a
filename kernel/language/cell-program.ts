import type ts from 'typescript';
import type { Executor } from '../cells/executor.ts';
import type { Compiler } from '../compile/compiler.ts';

/** A cell as it is being typed, on top of all cells that ran. */
export interface CellProgram {
  readonly program: ts.Program;
  readonly file: ts.SourceFile;
  /** What the compiler's file has ahead of the cell's source. */
  readonly prefixLength: number;
}

/** Makes the compiler's program of a cell that is not run. */
export function programOf(compiler: Compiler, executor: Executor, source: string): CellProgram | undefined {
  // Of what tslab offers this one does the least besides.
  executor.converter.inspect(executor.declarations, source, 0);
  const program = compiler.program();
  const file = program?.getSourceFiles().find(({ fileName }) => fileName.endsWith('/__tslab__.ts'));
  if (program === undefined || file === undefined) return undefined;
  return { program, file, prefixLength: file.text.length - source.length };
}
