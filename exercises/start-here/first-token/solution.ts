type Piece = { type: string; text?: string };

export async function firstToken(events: AsyncIterable<Piece>): Promise<string | undefined> {
  for await (const event of events) if (event.type === 'token') return event.text;
  return undefined;
}
