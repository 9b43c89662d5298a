import { StringDecoder } from 'node:string_decoder';
import { currentCell } from '../cells/cell-context.ts';
import type { Publisher, StreamName } from './publisher.ts';

/** From now on what is written to `process.stdout` and `process.stderr` is output of the cell that writes it. */
export function captureStandardStreams(publisher: Publisher): void {
  for (const name of ['stdout', 'stderr'] as const) capture(name, publisher);
}

function capture(name: StreamName, publisher: Publisher): void {
  const stream = process[name];
  const original = stream.write.bind<(text: string | Uint8Array) => boolean>(stream);
  // A character may be cut between two writes of bytes.
  const decoder = new StringDecoder('utf8');

  function write(chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean {
    const cell = currentCell();
    const done = typeof encoding === 'function' ? encoding : callback;
    if (cell === undefined) original(chunk);
    else {
      const isText = typeof chunk === 'string' && (typeof encoding !== 'string' || encoding === 'utf8');
      publisher.write(
        cell,
        name,
        isText
          ? chunk
          : decoder.write(
              typeof chunk === 'string'
                ? Buffer.from(chunk, encoding as BufferEncoding)
                : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength),
            ),
      );
    }
    if (typeof done === 'function') process.nextTick(done);
    return true;
  }
  stream.write = write;
}
