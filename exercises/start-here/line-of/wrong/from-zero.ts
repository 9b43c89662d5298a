export const explains = 'people and editors call the first line 1';

export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length - 1;
}
