export const explains = 'The empty line was not counted';

export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split(/\n+/).length;
}
