export const explains = 'only the offset tells them apart';

export function lineOf(text: string, offset: number): number {
  const word = /\w+/.exec(text.slice(offset))?.[0] ?? '';
  return text.split('\n').findIndex((line) => line.includes(word)) + 1;
}
