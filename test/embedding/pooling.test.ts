import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lengthBatches } from '../../src/embedding/length-batches.ts';
import { meanPool, normalize } from '../../src/embedding/pooling.ts';
import { cosineSimilarity } from '../../src/embedding/similarity.ts';

describe('meanPool', () => {
  it('should average the tokens of each text and leave padding out', () => {
    const hidden = Float32Array.of(1, 2, 3, 4, 100, 100, 5, 6, 7, 8, 9, 10);
    const pooled = meanPool(hidden, [1, 1, 0, 1, 1, 1], [2, 3, 2]);
    expect(pooled.map((vector) => [...vector])).toEqual([
      [2, 3],
      [7, 8],
    ]);
  });

  it('should refuse sizes that do not agree and a text without tokens', () => {
    expect(() => meanPool(new Float32Array(5), [1, 1], [1, 2, 3])).toThrow(/= 6 numbers .* got 5 and 2/);
    expect(() => meanPool(new Float32Array(2), [0], [1, 1, 2])).toThrow(/no token in row 0/);
  });
});

describe('normalize', () => {
  it('should keep the direction and make the length 1, and leave the zero vector as it is', () => {
    expect([...normalize(Float32Array.of(3, 4))]).toEqual([Math.fround(0.6), Math.fround(0.8)]);
    expect([...normalize(new Float32Array(3))]).toEqual([0, 0, 0]);
  });
});

describe('cosineSimilarity', () => {
  it('should be the dot product of the normalised vectors', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -9, max: 9, noNaN: true }), { minLength: 3, maxLength: 3 }),
        fc.array(fc.float({ min: -9, max: 9, noNaN: true }), { minLength: 3, maxLength: 3 }),
        (a, b) => {
          fc.pre(Math.hypot(...a) > 1e-3 && Math.hypot(...b) > 1e-3);
          const [p, q] = [normalize(Float32Array.from(a)), normalize(Float32Array.from(b))];
          const dot = p[0]! * q[0]! + p[1]! * q[1]! + p[2]! * q[2]!;
          expect(cosineSimilarity(a, b)).toBeCloseTo(dot, 4);
        },
      ),
    );
  });

  it('should be 0 beside the zero vector and refuse unequal lengths, naming both', () => {
    expect(cosineSimilarity([0, 0], [1, 2])).toBe(0);
    expect(() => cosineSimilarity([1], [1, 2])).toThrow(/got 1 and 2/);
    expect(() => cosineSimilarity([], [])).toThrow(/from 1 up/);
  });
});

describe('lengthBatches', () => {
  it('should hold every text once, within the budget, shortest first', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 300 })),
        fc.integer({ min: 1, max: 500 }),
        (lengths, budget) => {
          const batches = lengthBatches(lengths, budget);
          expect(batches.flat().toSorted((a, b) => a - b)).toEqual(lengths.map((_, index) => index));
          for (const batch of batches) {
            const longest = Math.max(...batch.map((index) => lengths[index]!));
            expect(batch.length === 1 || batch.length * longest <= budget).toBe(true);
          }
          const flat = batches.flat().map((index) => lengths[index]!);
          expect(flat).toEqual(flat.toSorted((a, b) => a - b));
        },
      ),
    );
  });

  it('should refuse a budget that is not an integer from 1 up', () => {
    expect(() => lengthBatches([1], 0)).toThrow(/`maxBatchTokens` must be an integer from 1 up, got 0/);
  });
});
