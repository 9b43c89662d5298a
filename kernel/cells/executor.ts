import { setImmediate } from 'node:timers';
import { Script, constants } from 'node:vm';
import { readPragmas } from '../compile/pragmas.ts';
import { hasTopLevelAwait } from '../compile/top-level-await.ts';
import type { Conversion, Diagnostic, TslabConverter } from '../compile/tslab.ts';
import type { Compiler } from '../compile/compiler.ts';
import { CellModules } from './cell-modules.ts';
import { rememberScript } from './cell-scripts.ts';
import { runInCell, type CellContext } from './cell-context.ts';

/** How a cell ended. */
export type Outcome =
  | { readonly status: 'ok'; readonly value: unknown }
  | { readonly status: 'refused'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly status: 'thrown'; readonly error: unknown };

export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  constructor() {
    super('The cell was interrupted');
    // It came from outside: the place where it was made says nothing.
    this.stack = `${this.name}: ${this.message}`;
  }
}

/** What an interrupt by force must know. */
export interface InterruptGuard {
  uninterrupted<Result>(work: () => Result): Result;
  countRun(): void;
}

type Exports = Record<string, unknown>;

/** A busy cell ends by SIGINT; an error keeps the stack that the kernel writes, without Node's own arrow above it. */
const runOptions = { breakOnSigint: true, displayErrors: false };

/** Compiles cells with tslab's converter, one on top of the other, and runs them in this process. */
export class Executor {
  /** The variables of all cells. */
  readonly variables: Exports = {};
  readonly converter: TslabConverter;
  readonly #compiler: Compiler;
  readonly #guard: InterruptGuard;
  readonly #modules: CellModules;
  #declarations = '';
  #interruptRunning: ((error: InterruptedError) => void) | undefined;

  constructor(compiler: Compiler, guard: InterruptGuard) {
    this.#compiler = compiler;
    this.#guard = guard;
    this.converter = compiler.converterModule.createConverter({ isJS: false, isBrowser: false });
    this.#modules = new CellModules(process.cwd(), { tslab: compiler.publicModule });
    const { require, meta } = this.#modules;
    const scope = { exports: valuesOfBindings(this.variables), require, meta };
    // The one name that a compiled cell reads from outside, as on plain tslab.
    Object.defineProperty(globalThis, '__tslab__', { value: scope, configurable: true });
  }

  /** The types of all that earlier cells declared. */
  get declarations(): string {
    return this.#declarations;
  }

  /** Compiles and runs one cell under the name that its errors carry. Never rejects. */
  async run(cell: CellContext, source: string, fileName: string): Promise<Outcome> {
    const meta = this.#compiler.metadataModule.getCodeMetadata(source);
    if (meta.module !== undefined) {
      const diagnostics = this.converter.addModule(meta.module, source, meta);
      return diagnostics.length > 0 ? { status: 'refused', diagnostics } : { status: 'ok', value: undefined };
    }
    let conversion: Conversion;
    try {
      conversion = this.#convert(source);
    } catch (error) {
      return { status: 'thrown', error };
    }
    const { output, declOutput, diagnostics, lastExpressionVar, sideOutputs } = conversion;
    for (const output of sideOutputs ?? []) this.#modules.addLocal(output);
    if (diagnostics.length > 0) return { status: 'refused', diagnostics };
    if (output === undefined) {
      this.#declarations = declOutput ?? '';
      return { status: 'ok', value: undefined };
    }
    rememberScript(fileName, { source, code: output, maps: this.#compiler.maps() });
    const isAsync = hasTopLevelAwait(this.#compiler.ts, source);
    try {
      await this.#runWithImports(cell, output, fileName, isAsync);
    } catch (error) {
      return { status: 'thrown', error };
    }
    this.#declarations = declOutput ?? '';
    return { status: 'ok', value: this.#takeLastValue(lastExpressionVar) };
  }

  /** Ends the cell that runs, if it is at an `await`. What it awaits hears of it through the cell's signal alone. */
  interrupt(reason: InterruptedError): void {
    this.#interruptRunning?.(reason);
  }

  close(): void {
    this.converter.close();
  }

  #convert(source: string): Conversion {
    const { options } = this.#compiler;
    options.strict = readPragmas(source).strict;
    try {
      const conversion = this.#guard.uninterrupted(() => this.converter.convert(this.#declarations, source));
      const failure = this.#compiler.takeFailure();
      if (failure !== undefined) throw failure;
      return conversion;
    } finally {
      options.strict = true;
    }
  }

  /** Some packages can only be imported, not required: then they are, and the cell starts over from its imports. */
  async #runWithImports(cell: CellContext, code: string, fileName: string, isAsync: boolean): Promise<void> {
    for (;;) {
      try {
        await this.#runScript(cell, code, fileName, isAsync);
        return;
      } catch (error) {
        if (!(await this.#modules.importWhatFailed(error))) throw error;
      }
    }
  }

  async #runScript(cell: CellContext, code: string, fileName: string, isAsync: boolean): Promise<void> {
    const prefix = isAsync ? '(async function(exports, require) {' : '(function(exports, require) {';
    const script = new Script(`${prefix}${code}\n})(__tslab__.exports, __tslab__.require)`, {
      filename: fileName,
      columnOffset: -prefix.length,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    // V8 drops its whole microtask queue when it ends a busy cell. So all that waits for the cell is linked by a promise made
    // here, and the cell starts in a task of its own.
    let isInterrupted = false;
    await new Promise<void>((resolve, reject) => {
      this.#interruptRunning = (error) => {
        isInterrupted = true;
        reject(error);
      };
      setImmediate(() => {
        if (isInterrupted) return;
        this.#guard.countRun();
        try {
          const result = runInCell(cell, () => script.runInThisContext(runOptions)) as unknown;
          if (isAsync) (result as Promise<void>).then(resolve, reject);
          else resolve();
        } catch (error) {
          reject(isSigint(error) ? new InterruptedError() : error);
        }
      });
    }).finally(() => (this.#interruptRunning = undefined));
  }

  #takeLastValue(name: string | undefined): unknown {
    if (name === undefined) return undefined;
    const value = this.variables[name];
    delete this.variables[name];
    return value;
  }
}

/** TypeScript defines imported names as getters; a notebook must be able to declare them anew, so their values are kept. */
function valuesOfBindings(variables: Exports): Exports {
  return new Proxy(variables, {
    defineProperty(target, name, descriptor) {
      if (typeof name === 'string' && name !== '__esModule') {
        target[name] = descriptor.get === undefined ? descriptor.value : descriptor.get();
      }
      return true;
    },
  });
}

function isSigint(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED';
}
