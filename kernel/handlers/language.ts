import type { Executor } from '../cells/executor.ts';
import type { Compiler } from '../compile/compiler.ts';
import type { Content } from '../wire/message.ts';

/** Answers what front ends ask while somebody types. */
export class LanguageHandler {
  readonly #executor: Executor;
  readonly #compiler: Compiler;

  constructor(executor: Executor, compiler: Compiler) {
    this.#executor = executor;
    this.#compiler = compiler;
  }

  isComplete(content: Content): Content {
    const { completed, indent } = this.#compiler.converterModule.isCompleteCode(codeOf(content));
    return completed ? { status: 'complete' } : { status: 'incomplete', indent: indent ?? '' };
  }

  complete(content: Content): Content {
    const { converter, declarations } = this.#executor;
    const { candidates, start, end } = converter.complete(declarations, codeOf(content), cursorOf(content));
    return { status: 'ok', matches: candidates, cursor_start: start, cursor_end: end, metadata: {} };
  }

  inspect(content: Content): Content {
    const { converter, declarations } = this.#executor;
    const info = converter.inspect(declarations, codeOf(content), cursorOf(content));
    const text = info?.displayParts?.map((part) => part.text).join('') ?? '';
    const data = text === '' ? {} : { 'text/plain': text };
    return { status: 'ok', found: text !== '', data, metadata: {} };
  }
}

function codeOf(content: Content): string {
  return typeof content['code'] === 'string' ? content['code'] : '';
}

function cursorOf(content: Content): number {
  return Number(content['cursor_pos'] ?? 0);
}
