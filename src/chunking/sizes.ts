import { checkInteger } from '../iter/checks.ts';

export interface SizeOptions {
  /** Longest chunk, in UTF-16 units, from 2 up: a character can take two. @default 500 */
  readonly size?: number;
  /** Units that a chunk may repeat from the one before it, to `size - 2`: each must add a character. @default a tenth of `size`, 50 at most */
  readonly overlap?: number;
  /** Never cut within what a reader sees as one character: an emoji of several parts, a letter and its accents. @default false */
  readonly keepGraphemes?: boolean;
}

export type Sizes = Required<SizeOptions>;

export function checkSizes({
  size = 500,
  overlap = Math.min(50, Math.floor(size / 10)),
  keepGraphemes = false,
}: SizeOptions): Sizes {
  checkInteger('size', size, 2, 2 ** 28);
  checkInteger('overlap', overlap, 0, size - 2);
  return { size, overlap, keepGraphemes };
}

export function sizesName(kind: string, { size, overlap, keepGraphemes }: Sizes): string {
  return `${kind}-${size}-${overlap}${keepGraphemes ? '-graphemes' : ''}`;
}
