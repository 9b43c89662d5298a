import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Document, Metadata, TextBytes } from '../documents/document.ts';
import { operator, type Scope, type Source, type Stream } from '../iter/operator.ts';
import { checkSource, shown } from '../iter/checks.ts';
import { byteCounterOf, type ByteCounter } from './byte-counter.ts';
import type { Chunk } from './chunk.ts';
import type { ChunkOptions, ChunkSource } from './chunker.ts';
import type { Cutter } from './cutter.ts';
import { PieceWindow } from './piece-window.ts';

/** Chunks between two looks at the time, and milliseconds of work before the event loop gets a turn. */
const chunksPerLook = 32;
const workMs = 8;

interface Text {
  readonly id: string;
  readonly contentStart: number;
  readonly bytes: () => TextBytes | undefined;
  readonly metadata: Metadata;
  readonly pieces: Source<string>;
  /** The text is one string that the caller holds: its slices need no copies. */
  readonly whole: boolean;
}

/** Runs a cutter over a document or over a stream of pieces. */
export function runCutter(
  makeCutter: () => Cutter,
  source: ChunkSource,
  { signal }: ChunkOptions = {},
): Stream<Chunk> {
  const text = textOf(source);
  return operator([text.pieces], signal, (scope) => run(makeCutter(), text, scope));
}

async function* run(cutter: Cutter, source: Text, scope: Scope): Stream<Chunk> {
  const { id, metadata, pieces, whole } = source;
  const store = new PieceWindow();
  /** All positions are within the window; `base` is where it begins in the document. */
  const window = { text: '', from: source.contentStart, floor: 0, ended: false };
  let base = 0;
  let isAscii = false;
  let counter: ByteCounter | undefined;
  let wanted = cutter.lookahead;
  let index = 0;
  let turnedMs = performance.now();
  try {
    const reader = scope.open(pieces);
    scope.throwIfAborted();
    for (;;) {
      const { text, from } = window;
      if (!window.ended && text.length - from < wanted) {
        const step = await scope.read(reader);
        if (step.done) {
          if (scope.ended) return;
          window.ended = true;
          continue;
        }
        if (base === 0 && text === '') counter = counterOf(source.bytes());
        const passed = Math.min(from, text.length);
        counter?.moveTo(base + passed, text, base, isAscii);
        if (whole) {
          window.text = step.value;
          isAscii = counter !== undefined && Buffer.byteLength(step.value, 'utf8') === step.value.length;
        } else {
          store.append(passed, step.value);
          window.text = store.text;
          isAscii = store.isAscii;
        }
        base += passed;
        window.floor -= passed;
        window.from -= passed;
        continue;
      }
      if (from >= text.length) {
        if (window.ended) return;
        wanted = cutter.lookahead;
        continue;
      }
      const cut = cutter.cut(window);
      if (cut === undefined) {
        // Twice as much each time: a cut that needs much text stays linear in it.
        wanted = Math.max(cutter.lookahead, 2 * (text.length - from));
        continue;
      }
      wanted = cutter.lookahead;
      const { start, end } = cut;
      window.from = cut.next;
      if (end > start) {
        window.floor = end;
        const slice = whole ? text.slice(start, end) : store.copy(start, end);
        const startByte = counter?.moveTo(base + start, text, base, isAscii);
        const endByte = counter?.endOf(slice, isAscii);
        const own = cut.metadata === undefined ? metadata : { ...metadata, ...cut.metadata };
        const chunk = {
          id: `${id}#${index}`,
          documentId: id,
          index,
          start: base + start,
          end: base + end,
          text: slice,
          metadata: own,
        };
        yield endByte === undefined ? chunk : withBytes(chunk, startByte, endByte);
        index += 1;
      }
      if (index % chunksPerLook === 0 && performance.now() - turnedMs > workMs) {
        await scope.wait(nextTurn(), undefined);
        if (scope.ended) {
          scope.throwIfAborted();
          return;
        }
        turnedMs = performance.now();
      }
    }
  } finally {
    scope.end();
  }
}

/** Written out: spreading an object costs more than cutting the chunk. */
function withBytes(chunk: Chunk, startByte: number | undefined, endByte: number): Chunk {
  const { id, documentId, index, start, end, text, metadata } = chunk;
  return { id, documentId, index, start, end, startByte, endByte, text, metadata };
}

/** How a source lies in its bytes: pieces that come from bytes say so once the first has come. */
export function bytesOf(source: ChunkSource): TextBytes | undefined {
  if (typeof source !== 'object') return undefined;
  if ('bytes' in source && source.bytes !== undefined) return source.bytes;
  return 'pieces' in source ? (source.pieces as { readonly bytes?: TextBytes }).bytes : undefined;
}

function counterOf(bytes: TextBytes | undefined): ByteCounter | undefined {
  return bytes && byteCounterOf(bytes);
}

function textOf(source: ChunkSource): Text {
  const bare = { id: 'text', metadata: {}, contentStart: 0, bytes: () => bytesOf(source) };
  if (typeof source === 'string') return { ...bare, pieces: [source], whole: true };
  if (typeof source !== 'object' || source === null)
    throw new TypeError(`\`source\` must be a document or pieces of text, got ${shown(source)}`);
  if (Symbol.asyncIterator in source || Symbol.iterator in source)
    return { ...bare, pieces: source, whole: false };
  const { id, metadata = {} } = source;
  const bytes = () => bytesOf(source);
  if ('pieces' in source) {
    checkSource(source.pieces, 'source.pieces');
    return { id, metadata, contentStart: 0, bytes, pieces: source.pieces, whole: false };
  }
  const { text, contentStart = 0 }: Document = source;
  if (typeof text !== 'string')
    throw new TypeError(`\`source\` must have a \`text\` or \`pieces\`, got ${shown(text)}`);
  return { id, metadata, contentStart, bytes, pieces: [text], whole: true };
}
