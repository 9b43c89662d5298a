import { basename, dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { KernelClient, type Exchange } from '../../kernel/client.ts';
import type { Output } from '../../kernel/client/output-area.ts';
import type { KernelCommand } from './kernel-command.ts';
import { firstLineOf, isRunnable, readNotebook, type Cell, type Notebook } from './notebook-file.ts';

/** One thing that is wrong, and where. */
export interface Problem {
  /** The chapter's file name. */
  readonly notebook: string;
  /** Which code cell, from 1 as in `In [n]`; undefined for the notebook as a whole. */
  readonly cell?: number;
  readonly firstLine?: string;
  readonly message: string;
}

export interface NotebookRun {
  readonly notebook: Notebook;
  /** The same notebook with what this run gave. */
  readonly executed: Notebook;
  readonly problems: readonly Problem[];
  readonly durationMs: number;
}

export interface RunOptions {
  readonly kernel: KernelCommand;
  /** How long a cell may take that says nothing else in its metadata. @default 120000 */
  readonly timeoutMs?: number;
  readonly onCell?: (cell: number, of: number) => void;
}

/** A cell that does not end after its interrupt is given up after this, and the kernel with it. */
const interruptMs = 20_000;
/** How long a finished notebook's timers may still run before they are cut off. */
const settleMs = 3000;

/** How plain tslab prints an error that nobody caught or awaited. */
const strayError = /(?:^|\n)(?:UncaughtException|UnhandledPromiseRejection): ?(.*)/;

/** Runs all cells of a notebook on a fresh kernel, in its folder, as Run All does. The file itself is not touched. */
export async function runNotebook(path: string, options: RunOptions): Promise<NotebookRun> {
  const began = performance.now();
  const notebook = await readNotebook(path);
  const executed: Notebook = { ...notebook, cells: notebook.cells.map((cell) => ({ ...cell })) };
  const name = basename(path);
  const problems: Problem[] = [];
  const client = await KernelClient.start({ ...options.kernel, cwd: dirname(path) });
  try {
    const runs = await runCells(client, executed, name, problems, options);
    for (const { cell, exchange } of runs) cell.outputs = exchange.outputs.outputs;
    runs.forEach((run, index) => {
      const place = placeOf(name, run.cell, index);
      problems.push(...problemsOf(run).map((message) => ({ ...place, message })));
    });
  } finally {
    await client.shutdown();
  }
  problems.sort((one, other) => (one.cell ?? 0) - (other.cell ?? 0));
  return { notebook, executed, problems, durationMs: performance.now() - began };
}

interface CellRun {
  readonly cell: Cell;
  readonly exchange: Exchange;
  /** The status of its reply; undefined if it had to be interrupted. */
  readonly status: string | undefined;
}

async function runCells(
  client: KernelClient,
  executed: Notebook,
  name: string,
  problems: Problem[],
  { kernel, timeoutMs = 120_000, onCell }: RunOptions,
): Promise<CellRun[]> {
  const cells = executed.cells.filter(isRunnable);
  for (const cell of executed.cells.filter((one) => one.cell_type === 'code')) {
    cell.execution_count = null;
    cell.outputs = [];
  }
  const runs: CellRun[] = [];
  for (const [index, cell] of cells.entries()) {
    onCell?.(index + 1, cells.length);
    const exchange = client.execute(cell.source, { stopOnError: false });
    cell.execution_count = index + 1;
    const limitMs = cell.metadata['streaming-rag']?.timeoutMs ?? timeoutMs;
    const ended = await endOf(exchange, limitMs);
    const status = ended === 'done' ? String((await exchange.done)['status']) : undefined;
    runs.push({ cell, exchange, status });
    if (ended === 'done') {
      // Plain tslab drops what it is sent within 200 ms after an error.
      if (kernel.isPlain && status === 'error') await wait(250);
      continue;
    }
    const place = placeOf(name, cell, index);
    if (ended === 'died') {
      problems.push({ ...place, message: `the kernel ended in this cell. ${client.log.trim()}` });
      return runs;
    }
    problems.push({ ...place, message: `did not end within ${limitMs} ms and was interrupted` });
    client.interrupt(kernel.isPlain ? 'signal' : 'message');
    if ((await endOf(exchange, interruptMs)) !== 'done') {
      problems.push({ ...place, message: 'did not stop when interrupted; the cells after it were not run' });
      return runs;
    }
  }
  const late = await settle(client);
  const stray = late.map(errorOf).find((message) => message !== undefined);
  if (stray !== undefined) problems.push({ notebook: name, message: `after its last cell: ${stray}` });
  return runs;
}

async function endOf(exchange: Exchange, limitMs: number): Promise<'done' | 'late' | 'died'> {
  const controller = new AbortController();
  const late = wait(limitMs, 'late' as const, { signal: controller.signal }).catch(() => 'late' as const);
  const done = exchange.done.then(
    () => 'done' as const,
    () => 'died' as const,
  );
  const ended = await Promise.race([done, late]);
  controller.abort();
  return ended;
}

/**
 * Waits for what the notebook left running, so that an error of a late timer is seen, and its output too. Resolves to what came
 * without saying from which cell, as all does on plain tslab.
 */
async function settle(client: KernelClient): Promise<readonly Output[]> {
  const code =
    `{ const until = Date.now() + ${settleMs}; do await new Promise((go) => setTimeout(go, 50)); ` +
    `while (Date.now() < until && (process as any).getActiveResourcesInfo().includes('Timeout')) }`;
  const { done, outputs } = client.execute(code, { silent: true, storeHistory: false });
  await Promise.race([done.catch(() => {}), wait(settleMs + 2000, undefined, { ref: false })]);
  return outputs.outputs;
}

function placeOf(notebook: string, cell: Cell, index: number): Omit<Problem, 'message'> {
  return { notebook, cell: index + 1, firstLine: firstLineOf(cell.source) };
}

function problemsOf({ cell, status }: CellRun): string[] {
  const outputs = cell.outputs ?? [];
  const errors = outputs.map(errorOf).filter((message) => message !== undefined);
  // Plain tslab prints what it caught and says no more than that it did.
  if (errors.length === 0 && status !== 'ok' && status !== undefined) {
    errors.push(outputs.map(stderrOf).join('').trim() || `ended with the status «${status}»`);
  }
  const isMeantToFail = cell.metadata.tags?.includes('raises-exception') === true;
  if (!isMeantToFail || status === undefined) return errors;
  return errors.length > 0 ? [] : ['is tagged raises-exception and raised none'];
}

function stderrOf(output: Output): string {
  return output.output_type === 'stream' && output.name === 'stderr' ? output.text : '';
}

function errorOf(output: Output): string | undefined {
  if (output.output_type === 'error') {
    return [`${output.ename}: ${output.evalue}`, ...output.traceback].join('\n    ');
  }
  return strayError.exec(stderrOf(output))?.[0].trim();
}

/** «chapter, cell 3 (first line): what is wrong». */
export function formatProblem({ notebook, cell, firstLine, message }: Problem): string {
  return cell === undefined
    ? `${notebook}: ${message}`
    : `${notebook}, cell ${cell} (${firstLine}): ${message}`;
}
