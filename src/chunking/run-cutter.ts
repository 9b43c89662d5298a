import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Document, Metadata } from '../documents/document.ts';
import { operator, type Scope, type Source, type Stream } from '../iter/operator.ts';
import { shown } from '../iter/checks.ts';
import type { Chunk } from './chunk.ts';
import type { ChunkOptions, ChunkSource } from './chunker.ts';
import { copyText } from './copy-text.ts';
import type { Cutter } from './cutter.ts';

/** Chunks between two looks at the time, and milliseconds of work before the event loop gets a turn. */
const chunksPerLook = 32;
const workMs = 8;

interface Text {
  readonly id: string;
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

async function* run(cutter: Cutter, { id, metadata, pieces, whole }: Text, scope: Scope): Stream<Chunk> {
  let text = '';
  let base = 0;
  let from = 0;
  let floor = 0;
  let wanted = cutter.lookahead;
  let ended = false;
  let index = 0;
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
        } else {
          text = from === 0 ? text + step.value : text.slice(from) + step.value;
          base += from;
          floor -= from;
          from = 0;
        }
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
        yield {
          id: `${id}#${index}`,
          documentId: id,
          index,
          start: base + cut.start,
          end: base + cut.end,
          text: whole ? slice : copyText(slice),
          metadata: cut.metadata === undefined ? metadata : { ...metadata, ...cut.metadata },
        };
        index += 1;
      }
      if (index % chunksPerLook === 0 && performance.now() - turnedMs > workMs) {
        await scope.wait(nextTurn(), undefined);
        if (scope.ended) return;
        turnedMs = performance.now();
      }
    }
  } finally {
    scope.end();
  }
}

function textOf(source: ChunkSource): Text {
  if (typeof source === 'string') return { id: 'text', metadata: {}, pieces: [source], whole: true };
  if (typeof source !== 'object' || source === null)
    throw new TypeError(`\`source\` must be a document or pieces of text, got ${shown(source)}`);
  if (Symbol.asyncIterator in source || Symbol.iterator in source)
    return { id: 'text', metadata: {}, pieces: source, whole: false };
  if ('pieces' in source)
    return { id: source.id, metadata: source.metadata ?? {}, pieces: source.pieces, whole: false };
  const { id, text, metadata }: Document = source;
  if (typeof text !== 'string')
    throw new TypeError(`\`source\` must have a \`text\` or \`pieces\`, got ${shown(text)}`);
  return { id, metadata, pieces: [text], whole: true };
}
