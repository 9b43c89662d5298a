import { checkInteger } from '../iter/checks.ts';

export interface SizeOptions {
  /** Longest chunk, in UTF-16 units, from 2 up: a character can take two. @default 500 */
  readonly size?: number;
  /** Units that a chunk may repeat from the one before it, to `size - 2`: each must add a character. @default a tenth of `size`, 50 at most */
  readonly overlap?: number;
}

export function checkSizes({ size = 500, overlap = Math.min(50, Math.floor(size / 10)) }: SizeOptions): {
  readonly size: number;
  readonly overlap: number;
} {
  checkInteger('size', size, 2, 2 ** 28);
  checkInteger('overlap', overlap, 0, size - 2);
  return { size, overlap };
}
