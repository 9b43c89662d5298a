export const explains = 'That is the last token';

type Piece = { type: string; text?: string };

export async function firstToken(events: AsyncIterable<Piece>): Promise<string | undefined> {
  let found: string | undefined;
  for await (const event of events) if (event.type === 'token') found = event.text;
  return found;
}
