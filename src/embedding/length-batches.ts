/**
 * Groups texts of like length into batches, so that little of a batch is padding: a batch costs
 * (texts × its longest text) tokens, whatever the others' lengths.
 *
 * @param lengths Tokens of each text.
 * @param maxBatchTokens Most tokens of a batch, padding included. A longer text gets a batch of its own.
 * @returns Batches of indices into `lengths`, shortest texts first; within a batch, ascending length; equal lengths in
 *   the order of the input. Every index stands in exactly one batch.
 * @throws RangeError if `maxBatchTokens` is not an integer from 1 up.
 */
export function lengthBatches(lengths: readonly number[], maxBatchTokens: number): number[][] {
  if (!Number.isSafeInteger(maxBatchTokens) || maxBatchTokens < 1) {
    throw new RangeError(`\`maxBatchTokens\` must be an integer from 1 up, got ${maxBatchTokens}`);
  }
  const order = lengths.map((_, index) => index).toSorted((a, b) => lengths[a]! - lengths[b]! || a - b);
  const batches: number[][] = [];
  let batch: number[] = [];
  for (const index of order) {
    if (batch.length > 0 && (batch.length + 1) * lengths[index]! > maxBatchTokens) {
      batches.push(batch);
      batch = [];
    }
    batch.push(index);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
