export const explains = 'Events of other types come before the first token';

type Piece = { type: string; text?: string };

export async function firstToken(events: AsyncIterable<Piece>): Promise<string | undefined> {
  for await (const event of events) return event.text;
  return undefined;
}
