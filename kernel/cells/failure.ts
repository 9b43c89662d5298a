import type { Diagnostic } from '../compile/tslab.ts';
import { inspectSafely } from '../output/mime-bundle.ts';
import { isCellScript, sourceOf } from './cell-scripts.ts';

/** The content of an `error` message. */
export interface Failure {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** What a thrown value becomes for the reader: its name, its message, the lines of the cells it came through, its causes. */
export function failureOf(thrown: unknown): Failure {
  try {
    if (!isErrorLike(thrown)) {
      const evalue = inspectSafely(thrown);
      return { ename: 'Thrown', evalue, traceback: [`Thrown: ${evalue}`] };
    }
    const ename = typeof thrown.name === 'string' && thrown.name !== '' ? thrown.name : 'Error';
    const evalue = typeof thrown.message === 'string' ? thrown.message : inspectSafely(thrown.message);
    const text = withoutBrackets(inspectSafely(thrown), thrown.stack);
    return { ename, evalue, traceback: withSource(text.split('\n')) };
  } catch {
    const evalue = 'a value that cannot be shown';
    return { ename: 'Thrown', evalue, traceback: [`Thrown: ${evalue}`] };
  }
}

/** An error that has no frames is inspected in brackets. */
function withoutBrackets(text: string, stack: unknown): string {
  return typeof stack === 'string' && text.startsWith(`[${stack}]`)
    ? stack + text.slice(stack.length + 2)
    : text;
}

/** What the compiler's complaints become: one entry each, with the line it is about. */
export function failureOfDiagnostics(
  diagnostics: readonly Diagnostic[],
  source: string,
  cellName: string,
): Failure {
  const lines = source.split('\n');
  const traceback: string[] = [];
  let last: Diagnostic | undefined;
  for (const diagnostic of diagnostics) {
    const { fileName, start, end, messageText, code } = diagnostic;
    // What explains a complaint follows it at the same place.
    if (last?.start.offset === start.offset && last.end.offset === end.offset) {
      traceback.push(`  ${messageText}`);
      continue;
    }
    last = diagnostic;
    const place = `${fileName ?? cellName}:${start.line + 1}:${start.character + 1}`;
    traceback.push(`${place} - TS${code}: ${messageText}`);
    const line = fileName === undefined ? lines[start.line] : undefined;
    if (line !== undefined) {
      const length =
        end.line === start.line ? end.character - start.character : line.length - start.character;
      traceback.push(...frameOf(line, start.line + 1, start.character + 1, length));
    }
  }
  const evalue = diagnostics.map(({ messageText }) => messageText).join('\n');
  return { ename: 'TypeScriptError', evalue, traceback };
}

/** Puts the source line under the first frame of a trace that is in a cell. */
function withSource(lines: readonly string[]): string[] {
  const at = lines.findIndex((line) => placeInCell(line) !== undefined);
  const place = placeInCell(lines[at] ?? '');
  if (place === undefined) return [...lines];
  const source = sourceOf(place.cell)?.split('\n')[place.line - 1];
  if (source === undefined) return [...lines];
  return [...lines.slice(0, at + 1), ...frameOf(source, place.line, place.column, 1), ...lines.slice(at + 1)];
}

function placeInCell(line: string): { cell: string; line: number; column: number } | undefined {
  const found = /^\s*at .*?(In \[[^\]]+\]):(\d+):(\d+)\)?( \{)?$/.exec(line);
  const cell = found?.[1];
  return cell === undefined || !isCellScript(cell)
    ? undefined
    : { cell, line: Number(found?.[2]), column: Number(found?.[3]) };
}

function frameOf(source: string, line: number, column: number, length: number): string[] {
  const gutter = `${line} | `.padStart(8);
  const indent = source.slice(0, column - 1).replace(/[^\t]/gu, ' ');
  return [gutter + source, ' '.repeat(gutter.length) + indent + '^'.repeat(Math.max(1, length))];
}

function isErrorLike(thrown: unknown): thrown is { name: unknown; message: unknown; stack: unknown } {
  return (
    thrown instanceof Error ||
    (typeof thrown === 'object' && thrown !== null && 'stack' in thrown && 'message' in thrown)
  );
}
