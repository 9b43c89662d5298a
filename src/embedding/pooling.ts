/**
 * The mean of a text's token vectors: `sum(hidden[t] for t in tokens) / tokens`, the pooling of Sentence-BERT
 * (Reimers & Gurevych 2019, https://arxiv.org/abs/1908.10084).
 *
 * @param hidden Token vectors of a whole batch, row-major, shape `[batch, length, dimensions]`.
 * @param mask 1 for a real token, 0 for padding, shape `[batch, length]`.
 * @returns One vector of `dimensions` numbers a text, not yet normalised.
 * @throws RangeError if the sizes do not agree, or a text has no token at all.
 */
export function meanPool(
  hidden: Float32Array,
  mask: ArrayLike<number>,
  [batch, length, dimensions]: readonly [batch: number, length: number, dimensions: number],
): Float32Array[] {
  if (hidden.length !== batch * length * dimensions || mask.length !== batch * length) {
    throw new RangeError(
      `\`hidden\` must hold batch × length × dimensions = ${batch * length * dimensions} numbers and \`mask\` batch × length = ${batch * length}, ` +
        `got ${hidden.length} and ${mask.length}`,
    );
  }
  return Array.from({ length: batch }, (_, row) => {
    const pooled = new Float32Array(dimensions);
    let tokens = 0;
    for (let token = 0; token < length; token++) {
      if (mask[row * length + token] === 0) continue;
      tokens++;
      addTo(pooled, hidden, (row * length + token) * dimensions);
    }
    if (tokens === 0) throw new RangeError(`\`mask\` leaves no token in row ${row}: its mean is undefined`);
    for (let i = 0; i < dimensions; i++) pooled[i] = pooled[i]! / tokens;
    return pooled;
  });
}

/** Adds the `sum.length` numbers of `values` from `offset` on to `sum`, in place. */
export function addTo(sum: Float32Array, values: Float32Array, offset = 0): void {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + values[offset + i]!;
}

/**
 * The vector of length 1 in the same direction, so that a dot product is a cosine.
 *
 * @returns A new vector. The zero vector has no direction and comes back as zeros: its cosine with anything is 0.
 */
export function normalize(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (squares === 0) return new Float32Array(vector.length);
  const scale = 1 / Math.sqrt(squares);
  return vector.map((value) => value * scale);
}
