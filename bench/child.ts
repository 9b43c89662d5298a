// One measurement in a process of its own, asked for by the other files here: prints one line of JSON.
import { readFileSync } from 'node:fs';
import { engines, readers } from './engines.ts';

const [kind = '', engine = '', path = '', rounds = '3'] = process.argv.slice(2);

/** The most memory seen, looked at ten times a second: often enough for runs of seconds. */
let mostMemory = 0;
const look = () => {
  mostMemory = Math.max(mostMemory, process.memoryUsage.rss());
};

async function prepare(): Promise<() => Promise<number>> {
  if (kind === 'stream') return () => readers[engine]!(path);
  const split = await engines[kind]![engine]!();
  const text = readFileSync(path, 'utf8');
  // Warm, on a twentieth of the text.
  await split(text.slice(0, text.length / 20));
  return () => split(text);
}

const work = await prepare();
look();
const before = mostMemory;
const timer = setInterval(look, 100);
let bestMs = Infinity;
let count = 0;
for (let round = 0; round < Number(rounds); round += 1) {
  const began = process.cpuUsage();
  count = await work();
  const { user, system } = process.cpuUsage(began);
  bestMs = Math.min(bestMs, (user + system) / 1_000);
  look();
}
clearInterval(timer);
console.log(JSON.stringify({ ms: bestMs, count, beforeBytes: before, mostBytes: mostMemory }));
process.exit(0);
