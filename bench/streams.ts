// `npm run bench -- streams`: the operators and the loader beside what one would write or install otherwise.
import { readFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadDocuments } from '../src/documents/load-documents.ts';
import { mapOrdered } from '../src/iter/map-ordered.ts';
import { mapUnordered } from '../src/iter/map-unordered.ts';
import { pMap } from './peers.ts';
import { atLeast, median, type Row } from './row.ts';
import { Texts } from './texts.ts';

const part = 'streams';
const tasks = 100_000;
const concurrency = 10;

interface Pair {
  readonly ours: () => Promise<unknown>;
  readonly theirs: () => Promise<unknown>;
}

/** Of the clock. */
async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Of the processor, which other work on the machine does not lengthen. */
async function computed(work: () => Promise<unknown>): Promise<number> {
  const began = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1_000;
}

/** By turns, so that a busy moment of the machine meets both; the first rounds warm. */
async function compare(
  { ours, theirs }: Pair,
  rounds: number,
  timed: typeof elapsed,
): Promise<{ ratio: number; detail: string }> {
  const pairs: { ours: number; theirs: number }[] = [];
  for (let round = 0; round < rounds + 3; round += 1) {
    const pair = { ours: await timed(ours), theirs: await timed(theirs) };
    if (round >= 3) pairs.push(pair);
  }
  const oursMs = median(pairs.map((pair) => pair.ours));
  const theirsMs = median(pairs.map((pair) => pair.theirs));
  return {
    ratio: median(pairs.map((pair) => pair.theirs / pair.ours)),
    detail: `${theirsMs.toFixed(0)} ms, ours ${oursMs.toFixed(0)} ms`,
  };
}

async function readAll(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _item of stream);
}

/** How many of our mappers run at once at the most, and what 100,000 of them take in memory. */
async function watch(items: readonly number[]): Promise<{ most: number; megabytes: number }> {
  let running = 0;
  let most = 0;
  let memory = 0;
  await readAll(mapOrdered(items, async () => {}, { concurrency }));
  const before = process.memoryUsage.rss();
  const stream = mapOrdered(
    items,
    async (item) => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      if (item % 1_000 === 0) memory = Math.max(memory, process.memoryUsage.rss());
    },
    { concurrency },
  );
  await readAll(stream);
  return { most, megabytes: (memory - before) / 1e6 };
}

async function mapping(report: (row: Row) => void): Promise<void> {
  const items = Array.from({ length: tasks }, (_, index) => index);
  const task = async (): Promise<void> => {};
  const peer = await pMap();
  const { most, megabytes } = await watch(items);
  const ordered = await compare(
    {
      ours: () => readAll(mapOrdered(items, task, { concurrency })),
      theirs: () => peer(items, task, { concurrency }),
    },
    15,
    computed,
  );
  const what = `mapOrdered, ${tasks} empty tasks, ${concurrency} at a time`;
  report(atLeast({ part, what, beside: 'p-map', ...ordered }, 2));
  report({
    part,
    what: 'the same: most in flight; memory more, in MB',
    beside: '–',
    ratio: megabytes,
    goal: `≤ ${concurrency} in flight, ≤ 15`,
    met: most <= concurrency && megabytes <= 15,
    detail: `${most} in flight, ${megabytes.toFixed(1)} MB`,
  });
  const unordered = await compare(
    {
      ours: () => readAll(mapUnordered(items, task, { concurrency })),
      theirs: async () => {
        const shared = items.values();
        // A reader gets our results; theirs are collected.
        const results: unknown[] = [];
        const loop = async () => {
          for (const _item of shared) results.push(await task());
        };
        await Promise.all(Array.from({ length: concurrency }, loop));
      },
    },
    15,
    computed,
  );
  report(
    atLeast(
      {
        part,
        what: 'mapUnordered, the same',
        beside: 'ten loops sharing an iterator, results collected',
        ...unordered,
      },
      0.6,
    ),
  );
}

async function loading(report: (row: Row) => void): Promise<void> {
  using texts = new Texts();
  const files = 10_000;
  const folder = texts.manyFiles(files);
  const at = 8;
  const result = await compare(
    {
      ours: () => readAll(loadDocuments(folder, { concurrency: at })),
      theirs: async () => {
        const shared = readdirSync(folder).values();
        const loop = async () => {
          for (const name of shared) await readFile(join(folder, name), 'utf8');
        };
        await Promise.all(Array.from({ length: at }, loop));
      },
    },
    5,
    elapsed,
  );
  const what = `loading ${files} small files, ${at} at a time`;
  report(atLeast({ part, what, beside: 'fs.readFile in a bounded loop', ...result }, 0.8));
}

export async function run(report: (row: Row) => void): Promise<void> {
  await mapping(report);
  await loading(report);
}
