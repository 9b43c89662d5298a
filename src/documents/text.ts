import type { Parsed } from './formats.ts';

/** Plain text is taken as it is. */
export function parseText(text: string): Parsed {
  return { text, metadata: {} };
}
