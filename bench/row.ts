/** One comparison. Ratios, not times: machines differ. */
export interface Row {
  readonly part: string;
  readonly what: string;
  /** What counts as 1. */
  readonly beside: string;
  /** `null` where the other did not end or nothing stands beside it. */
  readonly ratio: number | null;
  readonly goal: string;
  /** `null` where there is no goal. */
  readonly met: boolean | null;
  /** The figures that the ratio comes from. */
  readonly detail: string;
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A row for «at least so many times as fast». */
export function atLeast(row: Omit<Row, 'goal' | 'met'>, goal: number): Row {
  return { ...row, goal: `≥ ${goal}`, met: row.ratio !== null && row.ratio >= goal };
}
