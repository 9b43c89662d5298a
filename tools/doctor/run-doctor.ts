import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SetupFinding, SetupPoint } from '../../src/workbook/setup-check.ts';
import { type Checkout, checkoutAt } from '../start/checkout.ts';
import { Children } from '../start/children.ts';
import { startEndpoint } from '../start/endpoint.ts';
import {
  checkBuild,
  checkDisk,
  checkPackages,
  checkPorts,
  checkPython,
  checkWritable,
} from './machine-checks.ts';

const help = `npm run doctor [-- --json]

Checks what the course needs, and says how to mend each point that is not as it should be.
Ends with status 1 if something that is needed is broken. --json: one line of JSON a point.
`;

export interface DoctorOptions {
  root: string;
  args: readonly string[];
  write?: (text: string) => void;
}

/** Runs `npm run doctor`; returns the exit status. */
export async function runDoctor({
  root,
  args,
  write = (text) => void process.stdout.write(text),
}: DoctorOptions): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    write(help);
    return 0;
  }
  // A reader that closes early, as `head` does.
  process.stdout.on('error', () => {});
  const children = new Children();
  const onSignal = () => children.killAll();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, onSignal);
  let broken = 0;
  let poor = 0;
  try {
    for await (const point of everyPoint(checkoutAt(root), children)) {
      if (!point.ok && point.level === 'needed') broken++;
      if (!point.ok && point.level === 'wanted') poor++;
      write(args.includes('--json') ? `${JSON.stringify(point)}\n` : asText(point));
    }
  } finally {
    await children.endAll({ graceMs: 5000 });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, onSignal);
  }
  if (!args.includes('--json')) write(summary(broken, poor));
  return broken > 0 ? 1 : 0;
}

async function* everyPoint(
  checkout: Checkout,
  children: Children,
): AsyncGenerator<SetupPoint, void, undefined> {
  const packages = await timed('Packages', () => checkPackages(checkout));
  yield packages;
  // Without its packages neither the library nor a client of the kernel can even be imported.
  if (!packages.ok && !existsSync(join(checkout.root, 'node_modules', '@xenova', 'transformers'))) return;
  yield await timed('Folder', () => checkWritable(checkout));
  yield await timed('Disk', () => checkDisk(checkout));
  const build = await timed('Library', () => checkBuild(checkout));
  yield build;

  // As JupyterLab's kernels will have it; a reader's own endpoint stays named.
  process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
  const endpoint = await startEndpoint(checkout, children, process.env);
  if (endpoint.url !== undefined) process.env['STREAMING_RAG_LLM_URL'] = endpoint.url;
  const { checkSetup } = await import('../../src/workbook/setup-check.ts');
  for await (const point of checkSetup({ root: checkout.root })) {
    if (point.name === 'Library') continue; // asked above, by content
    const failed =
      point.name === 'Language model' && endpoint.url === undefined && !process.env['OPENAI_BASE_URL'];
    yield failed
      ? { ...point, ok: false, detail: `the local endpoint does not start: ${endpoint.said}` }
      : point;
  }
  const { checkKernel } = await import('./kernel-check.ts');
  yield await timed('Kernel', () => checkKernel(checkout));
  yield await timed('JupyterLab', () => checkPython(checkout, children));
  yield await timed('Ports', () => checkPorts());
}

async function timed(name: string, check: () => SetupFinding | Promise<SetupFinding>): Promise<SetupPoint> {
  const startedMs = performance.now();
  try {
    const finding = await check();
    return { ...finding, ms: performance.now() - startedMs };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { name, ok: false, level: 'needed', detail, ms: performance.now() - startedMs };
  }
}

function asText({ name, ok, level, detail, mend, ms }: SetupPoint): string {
  const mark = ok ? '✓' : level === 'needed' ? '✗' : '!';
  const line = `  ${mark} ${name.padEnd(14)} ${detail.padEnd(60)} ${(ms / 1000).toFixed(2).padStart(6)} s\n`;
  return !ok && mend ? `${line}      → ${mend}\n` : line;
}

function summary(broken: number, poor: number): string {
  if (broken > 0) return `\n${broken} needed ${broken === 1 ? 'point is' : 'points are'} broken.\n`;
  if (poor > 0) return `\nThe course runs; ${poor} ${poor === 1 ? 'point' : 'points'} could be better.\n`;
  return '\nEverything is there.\n';
}
