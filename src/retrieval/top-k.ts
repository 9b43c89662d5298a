/**
 * Keeps the `capacity` best of any number of scored rows, in memory that does not grow: a binary heap whose root is the
 * worst kept row. Equal scores rank by row number, the smaller first.
 */
export class TopK {
  readonly #capacity: number;
  readonly #scores: Float64Array;
  readonly #rows: Int32Array;
  #size = 0;

  /** @param capacity Rows to keep, an integer from 1 up. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#scores = new Float64Array(capacity);
    this.#rows = new Int32Array(capacity);
  }

  /** A row below this score cannot enter; `-Infinity` while there is room. */
  get threshold(): number {
    return this.#size < this.#capacity ? -Infinity : this.#scores[0]!;
  }

  offer(row: number, score: number): void {
    if (this.#size < this.#capacity) {
      this.#scores[this.#size] = score;
      this.#rows[this.#size] = row;
      this.#rise(this.#size++);
    } else if (this.#isWorse(this.#scores[0]!, this.#rows[0]!, score, row)) {
      this.#scores[0] = score;
      this.#rows[0] = row;
      this.#sink();
    }
  }

  /** Best first. */
  ranked(): { row: number; score: number }[] {
    return Array.from({ length: this.#size }, (_, index) => ({
      row: this.#rows[index]!,
      score: this.#scores[index]!,
    })).sort((a, b) => b.score - a.score || a.row - b.row);
  }

  #isWorse(score: number, row: number, otherScore: number, otherRow: number): boolean {
    return score < otherScore || (score === otherScore && row > otherRow);
  }

  #isWorseAt(a: number, b: number): boolean {
    return this.#isWorse(this.#scores[a]!, this.#rows[a]!, this.#scores[b]!, this.#rows[b]!);
  }

  #swap(a: number, b: number): void {
    const score = this.#scores[a]!;
    const row = this.#rows[a]!;
    this.#scores[a] = this.#scores[b]!;
    this.#rows[a] = this.#rows[b]!;
    this.#scores[b] = score;
    this.#rows[b] = row;
  }

  #rise(from: number): void {
    for (let child = from; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!this.#isWorseAt(child, parent)) return;
      this.#swap(child, parent);
      child = parent;
    }
  }

  #sink(): void {
    for (let parent = 0; ;) {
      let child = 2 * parent + 1;
      if (child >= this.#size) return;
      if (child + 1 < this.#size && this.#isWorseAt(child + 1, child)) child++;
      if (!this.#isWorseAt(child, parent)) return;
      this.#swap(parent, child);
      parent = child;
    }
  }
}
