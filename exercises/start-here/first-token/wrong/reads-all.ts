export const explains = 'still it read on to the end';

type Piece = { type: string; text?: string };

export async function firstToken(events: AsyncIterable<Piece>): Promise<string | undefined> {
  const all: Piece[] = [];
  for await (const event of events) all.push(event);
  return all.find((event) => event.type === 'token')?.text;
}
