// `npm run bench -- chunking`: the chunkers beside those of others, on the same text in one run.
import { engines } from './engines.ts';
import { measure, megabytes, ms, type Measured } from './measure.ts';
import { atLeast, median, type Row } from './row.ts';
import { Texts } from './texts.ts';

const part = 'chunking';
/** Of each, the best counts: both have warmed up then. */
const rounds = 5;
const names: Readonly<Record<string, string>> = {
  langchain: 'LangChain, with lines',
  'langchain-texts': 'LangChain, texts alone',
  chonkie: 'chonkie',
  llamaindex: 'LlamaIndex.TS',
  mastra: 'mastra',
  'llm-chunk': 'llm-chunk',
};

/** Pairs of runs, by turns, so that a busy moment of the machine meets both. */
function compare(
  kind: string,
  peer: string,
  path: string,
  pairs: number,
): { ratio: number | null; detail: string } {
  const ratios: number[] = [];
  let detail = '';
  for (let pair = 0; pair < pairs; pair += 1) {
    const ours = measure(kind, 'ours', path, { rounds });
    const theirs = measure(kind, peer, path, { rounds });
    if (typeof ours === 'string') throw new Error(`Our own ${kind} chunker: ${ours}`);
    if (typeof theirs === 'string')
      return { ratio: null, detail: `${names[peer]} ${theirs}; ours ${ms(ours)}` };
    ratios.push(theirs.ms / ours.ms);
    detail = `${names[peer]} ${ms(theirs)} for ${theirs.count} chunks, ours ${ms(ours)} for ${ours.count}`;
  }
  return { ratio: median(ratios), detail };
}

function growth(texts: Texts): Row[] {
  const sizes = [1e6, 1e7, 1e8] as const;
  const runs = sizes.map((size) => measure('recursive', 'ours', texts.file('en', size))) as Measured[];
  const exponent = Math.log(runs[2]!.ms / runs[0]!.ms) / Math.log(100);
  const perTenMegabytes = (runs[2]!.mostBytes - runs[1]!.mostBytes) / 9;
  return [
    {
      part,
      what: 'recursive 500/50, its time from 1 to 100 MB as a power of the size',
      beside: '–',
      ratio: exponent,
      goal: '≤ 1.1',
      met: exponent <= 1.1,
      detail: runs.map(ms).join(', '),
    },
    {
      part,
      what: 'its memory for each 10 MB of text more, in MB, the text included',
      beside: '–',
      ratio: perTenMegabytes / 1e6,
      goal: '≤ 20',
      met: perTenMegabytes <= 20e6,
      detail: runs.map(({ mostBytes }) => megabytes(mostBytes)).join(', '),
    },
  ];
}

function streaming(texts: Texts): Row[] {
  const [small, middle, large] = [1e7, 1e8, 1e9].map((size) => texts.file('en', size)) as [
    string,
    string,
    string,
  ];
  const ratios: number[] = [];
  let detail = '';
  for (let pair = 0; pair < 2; pair += 1) {
    const ours = measure('stream', 'ours', middle) as Measured;
    const reading = measure('stream', 'createReadStream', middle) as Measured;
    ratios.push(reading.ms / ours.ms);
    detail = `of 100 MB: reading ${ms(reading)}, chunking as well ${ms(ours)}`;
  }
  const short = measure('stream', 'ours', small, { rounds: 10 }) as Measured;
  const long = measure('stream', 'ours', large, { rounds: 1, patienceMs: 120_000 }) as Measured;
  const more = (long.mostBytes - short.mostBytes) / 1e6;
  return [
    atLeast(
      {
        part,
        what: 'chunking a stream',
        beside: 'createReadStream in UTF-8 alone',
        ratio: median(ratios),
        detail,
      },
      0.5,
    ),
    {
      part,
      what: 'memory from a stream of 10 MB, ten times over, to one of 1 GB, in MB more',
      beside: '–',
      ratio: more,
      goal: '± 30',
      met: Math.abs(more) <= 30,
      detail: `${megabytes(short.mostBytes)}, ${megabytes(long.mostBytes)} in ${(long.ms / 1_000).toFixed(1)} s`,
    },
  ];
}

/** The timer of 10 ms that a document of 10 MB holds up the longest. */
async function longestDelay(texts: Texts): Promise<Row> {
  const { readFileSync } = await import('node:fs');
  const split = await engines['recursive']!['ours']!();
  const text = readFileSync(texts.file('en', 1e7), 'utf8');
  let latestMs = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    latestMs = Math.max(latestMs, now - last - 10);
    last = now;
  }, 10);
  for (let round = 0; round < 5; round += 1) await split(text);
  clearInterval(timer);
  return {
    part,
    what: 'most that cutting 10 MB delays a timer of 10 ms, in ms',
    beside: '–',
    ratio: latestMs,
    goal: '≤ 50',
    met: latestMs <= 50,
    detail: `${latestMs.toFixed(1)} ms`,
  };
}

export async function run(report: (row: Row) => void): Promise<void> {
  using texts = new Texts();
  for (const kind of ['prose', 'articles'] as const) {
    for (const [language, bytes, name, goal] of [
      ['en', 1e7, 'English, 10 MB', 10],
      ['zh', 5e6, 'Chinese, 5 MB', 15],
    ] as const) {
      const path = texts.file(language, bytes, kind);
      const what = `recursive 500/50 with offsets and text, ${name}, ${kind}`;
      report(
        atLeast(
          { part, what, beside: names['langchain']!, ...compare('recursive', 'langchain', path, 2) },
          goal,
        ),
      );
    }
  }
  for (const row of growth(texts)) report(row);
  for (const row of streaming(texts)) report(row);
  report(await longestDelay(texts));
  const short = texts.file('en', 1e6);
  for (const [kind, list] of Object.entries(engines)) {
    for (const peer of Object.keys(list)) {
      if (peer === 'ours' || (kind === 'recursive' && peer === 'langchain')) continue;
      const row = {
        part,
        what: `${kind}, English, 1 MB`,
        beside: kind === 'recursive' ? names[peer]! : names[peer]!.replace(', with lines', ''),
        ...compare(kind, peer, short, 2),
      };
      // Where the other does not end there is nothing to be slower than; one that fails was not measured.
      const ended = !row.detail.includes('did not end');
      report(row.ratio === null ? { ...row, goal: '≥ 1', met: ended ? null : true } : atLeast(row, 1));
    }
  }
}
