import { SourceMap } from 'node:module';
import type { CellMaps } from '../compile/compiler.ts';

/** A place in a cell as its reader counts: from 1. */
export interface CellPosition {
  readonly line: number;
  readonly column: number;
}

interface CellScript {
  /** What was typed. */
  readonly source: string;
  /** What it became. */
  readonly code: string;
  readonly maps: CellMaps | undefined;
}

interface RememberedScript extends CellScript {
  readonly codeLines: number;
  decoded?: readonly [commonJs: SourceMap, module: SourceMap];
}

/** tslab puts this one line ahead of a cell's source. */
const prefixLines = 1;
const scripts = new Map<string, RememberedScript>();

/** Remembers what was compiled under `fileName`, so that its errors can be shown where they were typed. */
export function rememberScript(fileName: string, script: CellScript): void {
  scripts.set(fileName, { ...script, codeLines: script.code.split('\n').length });
}

export function isCellScript(fileName: string): boolean {
  return scripts.has(fileName);
}

export function sourceOf(fileName: string): string | undefined {
  return scripts.get(fileName)?.source;
}

/** The typed place of a compiled one (both counted from 1), or undefined where the compiler made the code up. */
export function typedPosition(fileName: string, line: number, column: number): CellPosition | undefined {
  const script = scripts.get(fileName);
  if (script?.maps === undefined || line > script.codeLines) return undefined;
  script.decoded ??= [decode(script.maps.commonJs), decode(script.maps.module)];
  let at = { line: line - 1, column: column - 1 };
  for (const map of script.decoded) {
    const entry = map.findEntry(at.line, at.column);
    if (!('originalLine' in entry)) return undefined;
    at = { line: entry.originalLine, column: entry.originalColumn };
  }
  const typedLine = at.line + 1 - prefixLines;
  if (typedLine < 1 || typedLine > script.source.split('\n').length) return undefined;
  return { line: typedLine, column: at.column + 1 };
}

function decode(json: string): SourceMap {
  return new SourceMap(JSON.parse(json) as ConstructorParameters<typeof SourceMap>[0]);
}
