import { dirname, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isCellScript, typedPosition } from './cell-scripts.ts';

const kernelFolder = dirname(dirname(fileURLToPath(import.meta.url))) + sep;

/**
 * Makes every error's `stack` speak of cells as their reader knows them: `In [7]:3:5` where `evalmachine` and compiled lines
 * would stand, files relative to the notebook's folder, and no frames of the kernel and of Node's inside.
 */
export function installStackTraces(): void {
  Error.prepareStackTrace = (error, frames) => {
    const lines = frames.map(describeFrame).filter((line) => line !== undefined);
    return [headOf(error), ...lines.map((line) => `    at ${line}`)].join('\n');
  };
}

function headOf(error: unknown): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error';
  }
}

function describeFrame(frame: NodeJS.CallSite): string | undefined {
  const file = frame.getFileName() ?? undefined;
  if (file === undefined) return textOf(frame);
  if (isCellScript(file)) return describeCellFrame(frame, file);
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  if (path.startsWith('node:') || path.startsWith(kernelFolder)) return undefined;
  if (path.includes(`${sep}tslab${sep}dist${sep}`)) return undefined;
  return textOf(frame)
    .replace(file, shortPath(path))
    .replace(/^(async )?Proxy\./, '$1');
}

function describeCellFrame(frame: NodeJS.CallSite, file: string): string | undefined {
  const position = typedPosition(file, frame.getLineNumber() ?? 1, frame.getColumnNumber() ?? 1);
  if (position === undefined) return undefined;
  const place = `${file}:${position.line}:${position.column}`;
  const text = textOf(frame);
  const named = / \(.*\)$/.exec(text);
  const name =
    named === null ? '' : text.slice(0, named.index).replace(/^(async )?(?:exports|Proxy)\./, '$1');
  // The function that holds the whole cell has no name of its own.
  return name === '' || name === 'async' ? place : `${name} (${place})`;
}

/** The path from here where it is the shorter one; it is also the one that is the same on every machine. */
export function shortPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.length < path.length && fromHere.split(sep).filter((part) => part === '..').length < 4
    ? fromHere.split(sep).join('/')
    : path;
}

/** V8 gives a call site a text of its own, which Node's types do not know. */
function textOf(frame: object): string {
  // oxlint-disable-next-line typescript/no-base-to-string -- see above
  return String(frame);
}
