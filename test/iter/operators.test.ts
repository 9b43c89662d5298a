import { describe } from 'vitest';
import { batch } from '../../src/iter/batch.ts';
import { buffer } from '../../src/iter/buffer.ts';
import { drop } from '../../src/iter/drop.ts';
import { filter } from '../../src/iter/filter.ts';
import { flatMap } from '../../src/iter/flat-map.ts';
import { rateLimited, retryWithBackoff } from '../../src/iter/generator-wrappers.ts';
import { mapOrdered } from '../../src/iter/map-ordered.ts';
import { mapUnordered } from '../../src/iter/map-unordered.ts';
import { merge } from '../../src/iter/merge.ts';
import { fromNodeReadable, toNodeReadable } from '../../src/iter/node-streams.ts';
import type { Source } from '../../src/iter/operator.ts';
import { passThrough } from '../../src/iter/pass-through.ts';
import { rateLimit } from '../../src/iter/rate-limit.ts';
import { retryStream } from '../../src/iter/retry-stream.ts';
import { share } from '../../src/iter/share.ts';
import { take } from '../../src/iter/take.ts';
import { tap } from '../../src/iter/tap.ts';
import { timeout } from '../../src/iter/timeout.ts';
import { fromReadableStream, toReadableStream } from '../../src/iter/web-streams.ts';
import { describeOperator, type OperatorUnderTest } from './operator-cases.ts';

const operators: readonly OperatorUnderTest[] = [
  {
    name: 'mapOrdered, one at a time',
    apply: (source, { signal, onItem }) => mapOrdered(source, onItem, { concurrency: 1, signal }),
    readAhead: 0,
    maps: true,
  },
  {
    name: 'mapOrdered, four at a time',
    apply: (source, { signal, onItem }) => mapOrdered(source, async (item) => onItem(item), { signal }),
    readAhead: 3,
    maps: true,
  },
  {
    name: 'mapUnordered, four at a time',
    apply: (source, { signal, onItem }) => mapUnordered(source, async (item) => onItem(item), { signal }),
    readAhead: 3,
    maps: true,
  },
  { name: 'merge', apply: (source, { signal }) => merge([source], { signal }), readAhead: 0 },
  {
    name: 'batch by count',
    apply: (source, { signal, clock }) => batch(source, { size: 3, signal, clock }),
    readAhead: 2,
  },
  {
    name: 'batch by weight and wait',
    apply: (source, { signal, clock, onItem }) =>
      batch(source, { maxWeight: 3, weightOf: (item) => onItem(item) * 0 + 1, maxWaitMs: 50, signal, clock }),
    readAhead: 3,
    maps: true,
  },
  { name: 'buffer', apply: (source, { signal }) => buffer(source, { size: 4, signal }), readAhead: 5 },
  {
    name: 'tap',
    apply: (source, { signal, onItem }) => tap(source, onItem, { signal }),
    readAhead: 0,
    maps: true,
  },
  { name: 'take', apply: (source, { signal }) => take(source, 1_000, { signal }), readAhead: 0 },
  { name: 'drop', apply: (source, { signal }) => drop(source, 0, { signal }), readAhead: 0 },
  {
    name: 'filter',
    apply: (source, { signal, onItem }) => filter(source, (item) => onItem(item) === item, { signal }),
    readAhead: 0,
    maps: true,
  },
  {
    name: 'flatMap',
    apply: (source, { signal, onItem }) => flatMap(source, (item) => [onItem(item)], { signal }),
    readAhead: 0,
    maps: true,
  },
  {
    name: 'timeout',
    apply: (source, { signal, clock }) =>
      timeout(source, { firstMs: 5, itemMs: 10, totalMs: 60_000, signal, clock }),
    readAhead: 0,
  },
  {
    name: 'rateLimit',
    apply: (source, { signal, clock }) => rateLimit(source, { perSecond: 10, burst: 1_000, signal, clock }),
    readAhead: 0,
  },
  {
    name: 'retryStream',
    apply: (source, { signal, clock }) => retryStream(() => source, { signal, clock }),
    readAhead: 0,
    opensLate: true,
    takesNoSource: true,
  },
  {
    name: 'retryWithBackoff over rateLimited',
    apply: (source, { signal, clock }) =>
      retryWithBackoff({ signal, clock })(
        rateLimited({ requestsPerSecond: 1, clock })((from: Source<number>) => from),
      )(source),
    readAhead: 0,
    opensLate: true,
    takesNoSource: true,
  },
  {
    name: 'share',
    apply: (source, { signal }) => share(source, { signal }).subscribe(),
    readAhead: 0,
  },
  {
    name: 'passThrough',
    apply: (source, { signal }) => passThrough(source, signal),
    readAhead: 0,
    takesNoSource: true,
  },
  {
    name: 'toReadableStream and back',
    apply: (source, { signal }) => fromReadableStream(toReadableStream(source), { signal }),
    readAhead: 0,
  },
  {
    name: 'toNodeReadable and back',
    apply: (source, { signal }) => fromNodeReadable(toNodeReadable(source), { signal }),
    // One item in the stream's buffer, one on its way into it.
    readAhead: 2,
  },
];

describe('operators', () => {
  for (const operator of operators) describeOperator(operator);
});
