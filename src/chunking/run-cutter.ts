import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Document, Metadata, TextBytes } from '../documents/document.ts';
import { operator, type Scope, type Source, type Stream } from '../iter/operator.ts';
import { checkSource, shown } from '../iter/checks.ts';
import { byteCounterOf, type ByteCounter } from './byte-counter.ts';
import type { Chunk } from './chunk.ts';
import type { ChunkOptions, ChunkSource } from './chunker.ts';
import { copyText } from './copy-text.ts';
import type { Cutter } from './cutter.ts';

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
  let text = '';
  /** Where the window begins in the document; all other positions are within the window. */
  let base = 0;
  let from = source.contentStart;
  let floor = 0;
  let wanted = cutter.lookahead;
  let ended = false;
  let index = 0;
  let counter: ByteCounter | undefined;
  let turnedMs = performance.now();
  try {
    const reader = scope.open(pieces);
    scope.throwIfAborted();
    for (;;) {
      if (!ended && text.length - from < wanted) {
        const step = await scope.read(reader);
        if (step.done) {
          if (scope.ended) return;
          ended = true;
          continue;
        }
        if (base === 0 && text === '') counter = counterOf(source.bytes());
        const passed = Math.min(from, text.length);
        counter?.moveTo(base + passed, text, base);
        text = passed === 0 ? text + step.value : text.slice(passed) + step.value;
        base += passed;
        floor -= passed;
        from -= passed;
        continue;
      }
      if (from >= text.length) {
        if (ended) return;
        wanted = cutter.lookahead;
        continue;
      }
      const cut = cutter.cut({ text, from, floor, ended });
      if (cut === undefined) {
        // Twice as much each time: a cut that needs much text stays linear in it.
        wanted = Math.max(cutter.lookahead, 2 * (text.length - from));
        continue;
      }
      wanted = cutter.lookahead;
      from = cut.next;
      if (cut.end > cut.start) {
        floor = cut.end;
        const slice = text.slice(cut.start, cut.end);
        const start = base + cut.start;
        const startByte = counter?.moveTo(start, text, base);
        yield {
          id: `${id}#${index}`,
          documentId: id,
          index,
          start,
          end: base + cut.end,
          ...(startByte !== undefined && { startByte, endByte: counter?.endOf(slice) }),
          text: whole ? slice : copyText(slice),
          metadata: cut.metadata === undefined ? metadata : { ...metadata, ...cut.metadata },
        };
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
