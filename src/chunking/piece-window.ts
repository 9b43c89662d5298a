import { copyText } from './copy-text.ts';

/** Shorter pieces are only joined: giving each window memory of its own would cost more than it saves. */
const smallPiece = 1_024;

/**
 * The part of a streamed text that is still needed. Where it can, it keeps the text a second time as bytes: slices of
 * those are strings with memory of their own, at the price of a slice.
 */
export class PieceWindow {
  text = '';
  isAscii = true;
  #bytes: Buffer | undefined;
  #filled = 0;

  /** Drops the first `passed` units and adds a piece behind the rest. */
  append(passed: number, piece: string): void {
    const joined = passed === 0 ? this.text + piece : this.text.slice(passed) + piece;
    if (piece.length < smallPiece) {
      this.isAscii = false;
      this.text = joined;
      return;
    }
    this.isAscii = Buffer.byteLength(joined, 'utf8') === joined.length;
    const encoding = this.isAscii ? 'latin1' : 'utf16le';
    const length = this.isAscii ? joined.length : joined.length * 2;
    if (this.#bytes === undefined || this.#bytes.length < length)
      this.#bytes = Buffer.allocUnsafeSlow(length + (length >> 2));
    this.#filled = this.#bytes.write(joined, 0, length, encoding);
    // A joined string is two; this is one, and quicker to look into.
    this.text = this.#bytes.toString(encoding, 0, this.#filled);
  }

  /** A slice that does not keep the window alive. */
  copy(start: number, end: number): string {
    if (this.isAscii && this.#bytes !== undefined) return this.#bytes.toString('latin1', start, end);
    return copyText(this.text.slice(start, end));
  }
}
