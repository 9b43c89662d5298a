import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { recursiveChunker } from '../../src/chunking/recursive-chunker.ts';
import { expandHits } from '../../src/retrieval/expand.ts';
import { KeywordIndex } from '../../src/retrieval/keyword-index.ts';

const text = Array.from({ length: 30 }, (_, at) => `Sentence number ${at} says a little. `).join('');

async function chunked(overlap: number) {
  const chunks = await Array.fromAsync(
    recursiveChunker({ size: 100, overlap }).chunk({ id: 'doc', text, metadata: {} }),
  );
  const index = new KeywordIndex();
  await index.upsert(chunks);
  return { chunks, index };
}

it.each([0, 40])(
  'should give a hit with its neighbours, as the document has them (overlap %i)',
  async (overlap) => {
    const { chunks, index } = await chunked(overlap);
    const [passage, ...others] = await expandHits([{ chunk: chunks[4]!, score: 1 }], index);
    expect(others).toEqual([]);
    expect(passage).toMatchObject({ start: chunks[3]!.start, end: chunks[5]!.end, score: 1 });
    expect(passage!.chunks).toEqual(chunks.slice(3, 6));
    expect(passage!.text.replaceAll(/\s/g, '')).toBe(
      text.slice(passage!.start, passage!.end).replaceAll(/\s/g, ''),
    );
  },
);

it('should join hits that are near, keep those apart that are not, and rank by the best', async () => {
  const { chunks, index } = await chunked(0);
  const hits = [7, 2, 1].map((at, rank) => ({ chunk: chunks[at]!, score: 3 - rank }));
  const passages = await expandHits(hits, index);
  expect(passages.map(({ chunks: inside }) => inside.map(({ index }) => index))).toEqual([
    [6, 7, 8],
    [0, 1, 2, 3],
  ]);
  expect(passages[1]!.hits.map(({ score }) => score)).toEqual([2, 1]);
});

it('should give each hit once and no chunk twice, whatever is hit', async () => {
  const { chunks, index } = await chunked(20);
  const anyHits = fc.uniqueArray(fc.nat(chunks.length - 1));
  await fc.assert(
    fc.asyncProperty(anyHits, fc.nat(3), fc.nat(3), async (at, before, after) => {
      const hits = at.map((index, rank) => ({ chunk: chunks[index]!, score: -rank }));
      const passages = await expandHits(hits, index, { before, after });
      const inside = passages.flatMap((passage) => passage.chunks.map(({ id }) => id));
      expect(new Set(inside).size).toBe(inside.length);
      expect(
        passages
          .flatMap((passage) => passage.hits)
          .map(({ chunk }) => chunk.id)
          .toSorted(),
      ).toEqual(hits.map(({ chunk }) => chunk.id).toSorted());
    }),
    { numRuns: 50 },
  );
});

it('should give a whole document for Infinity, and a hit alone whose document is gone', async () => {
  const { chunks, index } = await chunked(0);
  const hit = { chunk: chunks[3]!, score: 1 };
  const [whole] = await expandHits([hit], index, { before: Infinity, after: Infinity });
  expect(whole!.chunks).toEqual(chunks);
  await index.deleteDocuments(['doc']);
  expect(await expandHits([hit], index)).toMatchObject([{ text: chunks[3]!.text, hits: [hit] }]);
  await expect(expandHits([hit], index, { before: -1 })).rejects.toThrow(/`before`.*got -1/);
});
