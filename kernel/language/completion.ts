import type ts from 'typescript';
import type { Compiler } from '../compile/compiler.ts';
import type { CellProgram } from './cell-program.ts';

export interface CompletionMatch {
  readonly text: string;
  /** As TypeScript calls it: `const`, `function`, `property`, … */
  readonly kind: string;
  readonly signature?: string;
  readonly documentation?: string;
}

export interface Completions {
  /** The UTF-16 range of the cell that a match takes the place of. */
  readonly start: number;
  readonly end: number;
  readonly matches: readonly CompletionMatch[];
}

/** Types and documentation are looked up for the first matches, as long as that takes no longer than this. */
const maxDetails = 60;
const maxDetailsMs = 150;

const never = { isCancellationRequested: () => false, throwIfCancellationRequested: () => {} };

/** What may stand at `position` (in UTF-16 units): names, members, keys of objects, paths of imports. */
export function completionsAt(compiler: Compiler, cell: CellProgram, position: number): Completions {
  const { ts: typescript } = compiler;
  const { program, file, prefixLength } = cell;
  const at = position + prefixLength;
  const host = hostOf(typescript, program);
  const preferences = { includeCompletionsWithInsertText: false };
  const format = { options: {}, getRule: () => [] };
  const info = typescript.Completions.getCompletionsAtPosition(
    host,
    program,
    () => {},
    file,
    at,
    preferences,
    undefined,
    typescript.CompletionTriggerKind.Invoked,
    never,
    format,
  );
  const span = spanOf(typescript, file, at, info);
  const typed = file.text.slice(span.start, at);
  const chosen = chooseEntries(info?.entries ?? [], typed);
  const until = performance.now() + maxDetailsMs;
  const matches = chosen.map((entry, index): CompletionMatch => {
    const match = { text: entry.name, kind: entry.kind };
    if (index >= maxDetails || performance.now() > until) return match;
    const details = typescript.Completions.getCompletionEntryDetails(
      program,
      () => {},
      file,
      at,
      { name: entry.name, source: entry.source, data: entry.data },
      host,
      format,
      preferences,
      never,
    );
    return {
      ...match,
      signature: typescript.displayPartsToString(details?.displayParts ?? []),
      documentation: typescript.displayPartsToString(details?.documentation ?? []),
    };
  });
  return { start: span.start - prefixLength, end: span.start + span.length - prefixLength, matches };
}

/** What a match replaces: the range that TypeScript names, or the name under the cursor, or nothing. */
function spanOf(
  typescript: Compiler['ts'],
  file: ts.SourceFile,
  at: number,
  info: ts.CompletionInfo | undefined,
): ts.TextSpan {
  const named = info?.optionalReplacementSpan ?? info?.entries[0]?.replacementSpan;
  if (named !== undefined && named.start <= at) return named;
  const node = typescript.getTouchingPropertyName(file, at);
  const isName = typescript.isIdentifier(node) || typescript.isPrivateIdentifier(node);
  const start = isName ? node.getStart(file) : at;
  if (isName && start <= at) return { start, length: node.end - start };
  const before = /[\p{ID_Continue}$]*$/u.exec(file.text.slice(0, at))?.[0] ?? '';
  return { start: at - before.length, length: before.length };
}

/** The entries that begin with what was typed, then those in which it stands; each in TypeScript's own order. */
function chooseEntries(entries: readonly ts.CompletionEntry[], typed: string): readonly ts.CompletionEntry[] {
  const lower = typed.toLowerCase();
  const rankOf = ({ name }: ts.CompletionEntry): number => {
    if (name.startsWith(typed)) return 0;
    if (name.toLowerCase().startsWith(lower)) return 1;
    return name.toLowerCase().includes(lower) ? 2 : 3;
  };
  return entries
    .map((entry, index) => ({ entry, index, rank: rankOf(entry) }))
    .filter(({ entry, rank }) => rank < 3 && !/^(?:__tslab__|tsLastExpr)/.test(entry.name))
    .sort(
      (one, other) =>
        one.rank - other.rank || compare(one.entry.sortText, other.entry.sortText) || one.index - other.index,
    )
    .map(({ entry }) => entry);
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** What completion of import paths asks of the file system. */
function hostOf(typescript: typeof ts, program: ts.Program): object {
  const { sys } = typescript;
  return {
    ...sys,
    useCaseSensitiveFileNames: () => sys.useCaseSensitiveFileNames,
    getCurrentDirectory: () => process.cwd(),
    getCompilationSettings: () => program.getCompilerOptions(),
  };
}
