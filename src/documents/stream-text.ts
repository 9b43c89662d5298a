import { isAscii, isUtf8 } from 'node:buffer';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { checkInteger, checkSource } from '../iter/checks.ts';
import type { Slot } from '../iter/slot.ts';
import { operator, type Scope, type Source, type Stream } from '../iter/operator.ts';
import { invalidBytes, undecodable } from './decode.ts';
import type { Metadata, TextBytes } from './document.ts';
import { DocumentError, documentErrorOf } from './document-error.ts';
import { checkEncoding, completeUtf8, guessEncoding, namedEncoding } from './encoding.ts';

export interface StreamTextOptions {
  /** By a name that `TextDecoder` knows. @default detected from the first 64 KiB */
  readonly encoding?: string;
  /** Bytes of a piece. @default 65_536 */
  readonly pieceBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A text in pieces, cut between characters. */
export interface TextStream extends AsyncIterable<string> {
  /** How the text lies in its bytes; known from the first piece on. */
  readonly bytes: TextBytes | undefined;
}

/** Bytes that the encoding is told from. */
const sampleBytes = 65_536;
const longestMarkBytes = 3;
/** Bytes read from a file at a time. */
const readBytes = 262_144;

/**
 * A file of any size as pieces of decoded text. Reads half a megabyte ahead, or one piece; never cuts a character.
 * @throws when read, DocumentError: for what is no regular file, for bytes that do not decode, with the offset of the
 * first, and for a file that was cut short while it was read.
 */
export function streamText(path: string, options: StreamTextOptions = {}): Stream<string> & TextStream {
  const { pieceBytes = 65_536, signal } = options;
  checkInteger('pieceBytes', pieceBytes, 16, 2 ** 30);
  return decodePieces(readPieces(path, pieceBytes, signal), { ...options, path });
}

/** Decodes bytes that come in pieces, as `streamText` does: standard input, a response… */
export function decodePieces(
  source: Source<Uint8Array>,
  {
    encoding,
    signal,
    path = 'the stream',
  }: Pick<StreamTextOptions, 'encoding' | 'signal'> & { readonly path?: string } = {},
): Stream<string> & TextStream {
  checkSource(source);
  const named = encoding === undefined ? undefined : checkEncoding(encoding);
  const state: { bytes: TextBytes | undefined } = { bytes: undefined };
  const stream = operator([source], signal, (scope) => run(source, named, path, state, scope));
  return Object.defineProperty(stream, 'bytes', { get: () => state.bytes }) as Stream<string> & TextStream;
}

/** A file as a document in pieces, for a chunker: its id the file's name unless another is given. */
export function streamDocument(
  path: string,
  { id = basename(path), ...options }: StreamTextOptions & { readonly id?: string } = {},
): { readonly id: string; readonly metadata: Metadata; readonly pieces: Stream<string> & TextStream } {
  return { id, metadata: { source: path }, pieces: streamText(path, options) };
}

async function* readPieces(
  path: string,
  pieceBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    await using handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const before = await handle.stat();
    if (!before.isFile()) throw new DocumentError('not-a-file', path, `'${path}' is not a regular file`);
    // Two buffers for all pieces: one is filled while the other is decoded, and nothing of a piece is kept beyond the
    // next pull. A new one for each would wait for the garbage collector in hundreds of megabytes. Each read fills
    // several pieces: it costs a trip to another thread.
    const bufferBytes = pieceBytes * Math.max(1, Math.floor(readBytes / pieceBytes));
    const buffers = [Buffer.allocUnsafeSlow(bufferBytes), Buffer.allocUnsafeSlow(bufferBytes)] as const;
    let position = 0;
    const readInto = (buffer: Buffer): Promise<Slot<number>> =>
      handle.read(buffer, 0, bufferBytes, position).then(
        ({ bytesRead }) => ({ kind: 'value', value: bytesRead }),
        (error: unknown) => ({ kind: 'error', error }),
      );
    let reading = readInto(buffers[0]);
    for (let index = 0; ; index += 1) {
      const slot = await reading;
      signal?.throwIfAborted();
      if (slot.kind === 'error') throw slot.error;
      if (slot.kind === 'done' || slot.value === 0) break;
      position += slot.value;
      reading = readInto(buffers[(index + 1) % 2]!);
      for (let at = 0; at < slot.value; at += pieceBytes)
        yield buffers[index % 2]!.subarray(at, Math.min(slot.value, at + pieceBytes));
    }
    if (position < before.size)
      throw new DocumentError(
        'changed',
        path,
        `'${path}' was cut short to ${position} bytes while it was read`,
      );
  } catch (error) {
    signal?.throwIfAborted();
    throw documentErrorOf(error, path);
  }
}

async function* run(
  source: Source<Uint8Array>,
  named: string | undefined,
  path: string,
  state: { bytes: TextBytes | undefined },
  scope: Scope,
): Stream<string> {
  try {
    const reader = scope.open(source);
    scope.throwIfAborted();
    const next = async (): Promise<Buffer | undefined> => {
      const step = await scope.read(reader);
      return step.done ? undefined : asBuffer(step.value);
    };
    const first: Buffer[] = [];
    let length = 0;
    let ended = false;
    const wanted = named === undefined ? sampleBytes : longestMarkBytes;
    while (length < wanted && !ended) {
      const piece = await next();
      if (piece === undefined) ended = true;
      else first.push(Buffer.from(piece));
      length += piece?.length ?? 0;
    }
    if (scope.ended) return;
    const head = first.length === 1 ? first[0]! : Buffer.concat(first);
    const guess = named === undefined ? await guessEncoding(head, ended) : namedEncoding(named, head);
    if (guess === undefined) throw undecodable(head, path);
    state.bytes = { encoding: guess.encoding, offset: guess.markBytes };
    const decode = guess.encoding === 'utf-8' ? utf8Decoder(path) : anyDecoder(guess.encoding, path);
    let piece: Buffer | undefined = head.subarray(guess.markBytes);
    let offset = guess.markBytes;
    while (piece !== undefined) {
      const text = decode(piece, offset, false);
      offset += piece.length;
      if (text !== '') yield text;
      piece = ended ? undefined : await next();
      if (scope.ended) {
        scope.throwIfAborted();
        return;
      }
    }
    const rest = decode(Buffer.alloc(0), offset, true);
    if (rest !== '') yield rest;
  } finally {
    scope.end();
  }
}

/** @param offset where the bytes lie in the source. */
type PieceDecoder = (bytes: Buffer, offset: number, last: boolean) => string;

/** Several times as fast as a TextDecoder: checks and converts whole pieces, and carries what is cut. */
function utf8Decoder(path: string): PieceDecoder {
  let carried: Buffer = Buffer.alloc(0);
  return (bytes, offset, last) => {
    const start = offset - carried.length;
    const all = carried.length === 0 ? bytes : Buffer.concat([carried, bytes]);
    const complete = last ? all : completeUtf8(all);
    carried = Buffer.from(all.subarray(complete.length));
    // ASCII as Latin-1 takes half the time and half the memory.
    if (isAscii(complete)) return complete.toString('latin1');
    if (!isUtf8(complete)) throw invalidBytes(complete, path, 'utf-8', undefined, start);
    return complete.toString('utf8');
  };
}

function anyDecoder(encoding: string, path: string): PieceDecoder {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  let cut: Buffer = Buffer.alloc(0);
  return (bytes, offset, last) => {
    try {
      const text = decoder.decode(bytes, { stream: !last });
      cut = Buffer.concat([cut, bytes.subarray(-4)]).subarray(-4);
      return text;
    } catch (error) {
      // The character may have begun in the piece before.
      const all = Buffer.concat([cut, bytes]);
      throw invalidBytes(all, path, encoding, error, offset - cut.length);
    }
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
