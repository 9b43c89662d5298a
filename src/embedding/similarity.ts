import { similarity } from 'ml-distance';

/**
 * Cosine of the angle between two vectors, from -1 to 1, by ml-distance. The plain, checked one for single pairs;
 * stores compare unit vectors by their dot product.
 *
 * @throws RangeError if the lengths differ, naming both, or if a vector is empty.
 * @returns 0 when one of the vectors is all zeros: it has no direction.
 */
export function cosineSimilarity(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length || a.length === 0) {
    throw new RangeError(`Vectors must have the same length from 1 up, got ${a.length} and ${b.length}`);
  }
  const cosine = similarity.cosine(Array.from(a), Array.from(b));
  return Number.isNaN(cosine) ? 0 : cosine;
}
