type Piece = { type: string; text?: string };

export async function firstToken(events: AsyncIterable<Piece>): Promise<string | undefined> {
  // TODO: the text of the first event of type 'token', as soon as it is there.
  for await (const event of events) return event.type;
  return undefined;
}
