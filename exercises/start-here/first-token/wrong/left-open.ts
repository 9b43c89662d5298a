export const explains = 'Nobody told the source that its reader has left';

type Piece = { type: string; text?: string };

export async function firstToken(events: AsyncIterable<Piece>): Promise<string | undefined> {
  const iterator = events[Symbol.asyncIterator]();
  for (;;) {
    const step = await iterator.next();
    if (step.done) return undefined;
    if (step.value.type === 'token') return step.value.text;
  }
}
