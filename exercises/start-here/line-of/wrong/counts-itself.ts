export const explains = 'A line end belongs to the line that it ends';

export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset + 1).split('\n').length;
}
