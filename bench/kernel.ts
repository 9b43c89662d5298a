// `npm run bench -- kernel`: the course's kernel beside plain tslab, Deno's kernel and ipykernel, by the same client.
// Deno's is found in DENO or in bench/node_modules, ipykernel in PYTHON or in .venv.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Content } from '../kernel/wire/message.ts';
import { KernelClient } from '../kernel/client.ts';
import { root } from '../tools/notebooks/kernel-command.ts';
import { findKernels, type BenchedKernel } from './kernel/kernels.ts';

const starts = 3;
const manyCells = 500;
const printedLines = 20_000;
/** What does not stop within this counts as never. */
const patienceMs = 5000;
const cellPatienceMs = 60_000;

type Row = Record<string, string | number>;

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function runCell(client: KernelClient, source: string): Promise<void> {
  const late = wait(cellPatienceMs, { status: 'no answer' }, { ref: false });
  const { status, evalue = '' } = await Promise.race([client.execute(source).done, late as Promise<Content>]);
  if (status !== 'ok') throw new Error(`«${source}» ended with ${String(status)} ${String(evalue)}`);
}

/** Resident memory in megabytes, by the system's own tool. */
function residentMegabytes(pid: number | undefined): number {
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(stdout.trim()) / 1024;
}

async function stopMs(kernel: BenchedKernel, client: KernelClient, source: string): Promise<string> {
  const { done } = client.execute(source);
  await wait(400);
  const began = performance.now();
  client.interrupt(kernel.interruptMode);
  const ended = await Promise.race([done.then(() => true), wait(patienceMs, false, { ref: false })]);
  return ended ? (performance.now() - began).toFixed(0) : 'never';
}

/** What could be measured; a kernel that fails on the way keeps the figures it has. */
async function measure(kernel: BenchedKernel, cwd: string): Promise<Row> {
  const row: Row = { kernel: kernel.name };
  try {
    await fill(row, kernel, cwd);
  } catch (error) {
    console.error(`${kernel.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return row;
}

async function fill(row: Row, kernel: BenchedKernel, cwd: string): Promise<void> {
  const { argv, cells } = kernel;
  const replies: number[] = [];
  const firstCells: number[] = [];
  for (let start = 0; start < starts; start += 1) {
    const began = performance.now();
    const client = await KernelClient.start({ argv, cwd });
    replies.push(performance.now() - began);
    await runCell(client, '1');
    firstCells.push(performance.now() - began);
    await client.shutdown();
  }
  row['first reply ms'] = Math.round(median(replies));
  row['first cell ms'] = Math.round(median(firstCells));

  const client = await KernelClient.start({ argv, cwd });
  try {
    await runCell(client, '1');
    await wait(1000);
    row['idle MB'] = Math.round(residentMegabytes(client.process.pid));
    const times: number[] = [];
    for (let index = 1; index <= manyCells + 5; index += 1) {
      times.push(await timed(() => runCell(client, cells.declare(index))));
    }
    row['5th cell ms'] = median(times.slice(0, 9)).toFixed(1);
    row['500th cell ms'] = median(times.slice(manyCells - 4, manyCells + 5)).toFixed(1);
    row[`${printedLines} lines ms`] = Math.round(
      await timed(() => runCell(client, cells.printLines(printedLines))),
    );
    const library = cells.importLibrary;
    row['import openai ms'] =
      library === undefined ? '–' : Math.round(await timed(() => runCell(client, library)));
    row['stop await loop ms'] = await stopMs(kernel, client, cells.awaitLoop);
    row['stop busy loop ms'] = await stopMs(kernel, client, cells.busyLoop);
  } finally {
    await client.kill();
  }
}

const { kernels, missing } = findKernels();
// Beside the notebooks, so that each kernel finds the same packages; what they write goes elsewhere.
const cwd = join(root, 'notebooks');
const scratch = mkdtempSync(join(tmpdir(), 'kernel-bench-'));
process.env['JUPYTER_RUNTIME_DIR'] = scratch;
try {
  const rows: Row[] = [];
  for (const kernel of kernels) {
    console.error(`${kernel.name} …`);
    rows.push(await measure(kernel, cwd));
  }
  console.table(Object.fromEntries(rows.map(({ kernel, ...row }) => [kernel, row])));
  for (const line of missing) console.log(`Not measured: ${line}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
