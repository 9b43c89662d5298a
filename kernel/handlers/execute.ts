import type { CellContext } from '../cells/cell-context.ts';
import { renewCellSignal } from '../cells/cell-signal.ts';
import type { Executor, Outcome } from '../cells/executor.ts';
import { failureOf, failureOfDiagnostics, type Failure } from '../cells/failure.ts';
import { mimeBundle } from '../output/mime-bundle.ts';
import type { Publisher } from '../output/publisher.ts';
import type { History } from './history.ts';
import type { Content, Message } from '../wire/message.ts';

/** An execute_request with the protocol's defaults filled in. */
interface ExecuteRequest {
  readonly code: string;
  readonly silent: boolean;
  readonly storeHistory: boolean;
  readonly userExpressions: Record<string, string>;
  readonly allowStdin: boolean;
}

/** Runs the cells that clients send, one at a time, and tells all clients what comes of them. */
export class ExecuteHandler {
  readonly #executor: Executor;
  readonly #publisher: Publisher;
  readonly #history: History;
  #executionCount = 0;
  #silentRuns = 0;

  constructor(executor: Executor, publisher: Publisher, history: History) {
    this.#executor = executor;
    this.#publisher = publisher;
    this.#history = history;
  }

  /** Runs one cell; resolves to the content of its execute_reply. */
  async execute(message: Message): Promise<Content> {
    const request = readRequest(message.content);
    if (request.storeHistory) this.#executionCount += 1;
    else this.#silentRuns += 1;
    const cell: CellContext = {
      request: message,
      parent: message.header,
      executionCount: this.#executionCount,
      silent: request.silent,
      allowStdin: request.allowStdin,
      payload: [],
    };
    const execution_count = this.#executionCount;
    if (request.storeHistory) this.#history.add(execution_count, request.code);
    this.#publisher.publish(cell, 'execute_input', { code: request.code, execution_count });
    const name = request.storeHistory ? `In [${execution_count}]` : `In [*${this.#silentRuns}]`;
    renewCellSignal();
    const outcome = await this.#executor.run(cell, request.code, name);
    const failure = failureOfOutcome(outcome, request.code, name);
    if (failure !== undefined) {
      this.#publisher.publish(cell, 'error', { ...failure });
      return { status: 'error', execution_count, ...failure };
    }
    if (outcome.status === 'ok' && outcome.value !== undefined && !cell.silent) {
      const { data, metadata } = await mimeBundle(outcome.value);
      this.#history.setOutput(execution_count, String(data['text/plain']));
      this.#publisher.publish(cell, 'execute_result', { execution_count, data, metadata });
    }
    this.#publisher.flush();
    const user_expressions = await this.#evaluate(cell, request.userExpressions);
    return { status: 'ok', execution_count, user_expressions, payload: cell.payload };
  }

  async #evaluate(cell: CellContext, expressions: Record<string, string>): Promise<Content> {
    const results: Content = {};
    for (const [name, expression] of Object.entries(expressions)) {
      const code = `(${expression}\n)`;
      const outcome = await this.#executor.run({ ...cell, silent: true }, code, `In [${name}]`);
      const failure = failureOfOutcome(outcome, code, name);
      results[name] =
        failure !== undefined
          ? { status: 'error', ...failure }
          : {
              status: 'ok',
              ...(await mimeBundle(outcome.status === 'ok' ? outcome.value : undefined)),
            };
    }
    return results;
  }
}

function failureOfOutcome(outcome: Outcome, source: string, cellName: string): Failure | undefined {
  if (outcome.status === 'ok') return undefined;
  return outcome.status === 'refused'
    ? failureOfDiagnostics(outcome.diagnostics, source, cellName)
    : failureOf(outcome.error);
}

function readRequest(content: Content): ExecuteRequest {
  const { code, silent, store_history, user_expressions, allow_stdin } = content;
  return {
    code: typeof code === 'string' ? code : '',
    silent: silent === true,
    storeHistory: silent !== true && store_history !== false,
    userExpressions: (user_expressions ?? {}) as Record<string, string>,
    allowStdin: allow_stdin === true,
  };
}
