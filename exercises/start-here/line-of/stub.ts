export function lineOf(text: string, offset: number): number {
  // Which line of `text` holds the character at `offset`? The first line is 1.
  throw new Error(`TODO: find offset ${offset} in ${text.length} characters`);
}
