import type { Executor } from '../cells/executor.ts';
import type { Compiler } from '../compile/compiler.ts';
import { programOf } from '../language/cell-program.ts';
import { toCodePoints, toUtf16 } from '../language/code-points.ts';
import { completenessOf } from '../language/completeness.ts';
import { completionsAt } from '../language/completion.ts';
import { inspectAt } from '../language/inspection.ts';
import type { Content } from '../wire/message.ts';

/** Answers what front ends ask while somebody types. */
export class LanguageHandler {
  readonly #executor: Executor;
  readonly #compiler: Compiler;

  constructor(executor: Executor, compiler: Compiler) {
    this.#executor = executor;
    this.#compiler = compiler;
  }

  isComplete(request: Content): Content {
    return { ...completenessOf(this.#compiler.ts, codeOf(request)) };
  }

  complete(request: Content): Content {
    const code = codeOf(request);
    const cursor = cursorOf(request, code);
    const program = programOf(this.#compiler, this.#executor, code);
    const { start, end, matches } =
      program === undefined
        ? { start: cursor, end: cursor, matches: [] }
        : completionsAt(this.#compiler, program, cursor);
    const cursor_start = toCodePoints(code, start);
    const cursor_end = toCodePoints(code, end);
    // JupyterLab shows the kind as an icon and the rest beside the name.
    const typed = matches.map(({ text, kind, signature, documentation }) => {
      const range = { start: cursor_start, end: cursor_end };
      return { ...range, text, type: kind, signature: signature ?? '', documentation: documentation ?? '' };
    });
    return {
      status: 'ok',
      matches: matches.map(({ text }) => text),
      cursor_start,
      cursor_end,
      metadata: { _jupyter_types_experimental: typed },
    };
  }

  inspect(request: Content): Content {
    const code = codeOf(request);
    const program = programOf(this.#compiler, this.#executor, code);
    const level = Number(request['detail_level'] ?? 0);
    const found = program && inspectAt(this.#compiler, program, cursorOf(request, code), level);
    const data = found === undefined ? {} : { 'text/plain': found.text, 'text/markdown': found.markdown };
    return { status: 'ok', found: found !== undefined, data, metadata: {} };
  }
}

function codeOf(request: Content): string {
  return typeof request['code'] === 'string' ? request['code'] : '';
}

/** The cursor as a UTF-16 offset; without one it is at the end. */
function cursorOf(request: Content, code: string): number {
  const { cursor_pos: cursor } = request;
  return typeof cursor === 'number' ? toUtf16(code, cursor) : code.length;
}
