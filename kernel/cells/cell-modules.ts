import { Module, createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script, constants } from 'node:vm';
import type { SideOutput } from '../compile/tslab.ts';

type Require = (id: string) => unknown;

/** A package that has no entry for `require`, and one that awaits at its top level. */
const onlyImportable = new Set(['ERR_PACKAGE_PATH_NOT_EXPORTED', 'ERR_REQUIRE_ASYNC_MODULE']);

/** What cells can import: packages by Node's rules from the notebook's folder, its local TypeScript files, and tslab. */
export class CellModules {
  readonly require: Require;
  /** A cell's `import.meta`. */
  readonly meta: Readonly<Record<string, unknown>>;
  readonly #builtIn: ReadonlyMap<string, unknown>;
  readonly #imported = new Map<string, unknown>();
  readonly #localCode = new Map<string, string>();
  readonly #localModules = new Map<string, Module>();
  readonly #cellPath: string;
  #failed: { readonly id: string; readonly error: unknown } | undefined;

  constructor(folder: string, builtIn: Readonly<Record<string, unknown>>) {
    this.#builtIn = new Map(Object.entries(builtIn));
    // No such file: the name from which imports are resolved.
    this.#cellPath = join(folder, 'cell.cjs');
    this.require = this.#requireFrom(this.#cellPath);
    const url = pathToFileURL(this.#cellPath).href;
    const { resolve } = createRequire(this.#cellPath);
    this.meta = {
      url,
      filename: this.#cellPath,
      dirname: folder,
      resolve: (id: string) => pathToFileURL(resolve(id)).href,
    };
  }

  /** Takes the code of a local file; what was loaded of an older one is forgotten. */
  addLocal({ path, data }: SideOutput): void {
    this.#localModules.delete(path);
    this.#localCode.set(path, data);
  }

  /** If `error` came of a `require` of what can only be imported, imports it and resolves to true. */
  async importWhatFailed(error: unknown): Promise<boolean> {
    const failed = this.#failed;
    this.#failed = undefined;
    if (failed === undefined || failed.error !== error || this.#imported.has(failed.id)) return false;
    const script = new Script(`import(${JSON.stringify(failed.id)})`, {
      filename: this.#cellPath,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    const namespace = (await (script.runInThisContext() as Promise<object>)) as Record<string, unknown>;
    this.#imported.set(failed.id, { __esModule: true, ...namespace });
    return true;
  }

  #requireFrom(fileName: string): Require {
    const nodeRequire = createRequire(fileName);
    const require = (id: string): unknown => {
      if (this.#builtIn.has(id)) return this.#builtIn.get(id);
      if (this.#imported.has(id)) return this.#imported.get(id);
      try {
        return this.#requireLocal(dirname(fileName), id) ?? (nodeRequire(id) as unknown);
      } catch (error) {
        if (error instanceof Error && 'code' in error && onlyImportable.has(String(error.code))) {
          this.#failed = { id, error };
        }
        throw error;
      }
    };
    return Object.assign(require, nodeRequire);
  }

  #requireLocal(folder: string, id: string): unknown {
    const path = join(folder, extname(id) === '' ? `${id}.js` : id).replaceAll('\\', '/');
    const loaded = this.#localModules.get(path);
    if (loaded !== undefined) return loaded.exports;
    const code = this.#localCode.get(path);
    if (code === undefined) return undefined;
    const module = new Module(path);
    module.filename = path;
    this.#localModules.set(path, module);
    const compiled = new Script(`(function(exports, require, module) {${code}\n})`, { filename: path });
    const body = compiled.runInThisContext() as (...args: unknown[]) => void;
    body(module.exports, this.#requireFrom(path), module);
    return module.exports;
  }
}
