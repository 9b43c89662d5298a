import { checkInteger, checkNumber, shown } from '../iter/checks.ts';
import { batch } from '../iter/batch.ts';
import { operator, type Scope, type Stream } from '../iter/operator.ts';
import type { TextBytes } from '../documents/document.ts';
import { byteCounterOf } from './byte-counter.ts';
import type { Chunk } from './chunk.ts';
import type { Chunker, ChunkOptions, ChunkSource } from './chunker.ts';
import { checkLanguage } from './sentence-chunker.ts';
import { bytesOf } from './source-text.ts';
import { sentenceTiles } from './sentence-tiles.ts';
import { isBlank } from './characters.ts';

/** What the semantic chunker needs of an embedder; every `Embedder` of this library is one. */
export interface SentenceEmbedder {
  /** Goes into the chunker's name. */
  readonly model: string;
  /** One vector for each text, in order. */
  embed(
    texts: Iterable<string>,
    options?: { readonly signal?: AbortSignal | undefined },
  ): AsyncIterable<ArrayLike<number>>;
}

export interface SemanticOptions {
  readonly embedder: SentenceEmbedder;
  /** Longest chunk, in UTF-16 units. @default 500 */
  readonly size?: number;
  /** Shortest chunk that a change of subject may end. @default a quarter of `size` */
  readonly minSize?: number;
  /** Neighbours less alike than this (cosine) are parted though there is room for both. @default 0 */
  readonly threshold?: number;
  /** As in `sentenceChunker`. @default 'und' */
  readonly language?: string;
}

/** Sentences embedded at a time, and read ahead. */
const sentencesPerBatch = 32;

/**
 * Chunks of whole sentences that end where the subject changes: between the two neighbouring sentences whose
 * embeddings are the least alike, among the places between `minSize` and `size`; earlier, where two are less alike
 * than `threshold`. They do not overlap.
 * @throws RangeError, TypeError for bad options; the embedder's error when read.
 */
export function semanticChunker({
  embedder,
  size = 500,
  minSize = Math.floor(size / 4),
  threshold = 0,
  language = 'und',
}: SemanticOptions): Chunker {
  if (typeof embedder?.embed !== 'function')
    throw new TypeError(`\`embedder\` must have an \`embed\`, got ${shown(embedder)}`);
  checkInteger('size', size, 2, 2 ** 28);
  checkInteger('minSize', minSize, 0, size);
  checkNumber('threshold', threshold, -1);
  checkLanguage(language);
  const settings: Settings = { embedder, size, minSize, threshold, language };
  return {
    name: `semantic-${embedder.model}-${size}-${minSize}-${threshold}`,
    chunk: (source, options) => chunk(source, settings, options),
  };
}

type Settings = Required<SemanticOptions>;

/** A sentence with the blanks behind it, and how alike it is to the one before. */
interface Tile {
  readonly chunk: Chunk;
  readonly likeness: number;
}

function chunk(source: ChunkSource, settings: Settings, { signal }: ChunkOptions = {}): Stream<Chunk> {
  const sentences = sentenceTiles(source, settings.size, settings.language);
  return operator([sentences], signal, (scope) => run(sentences, source, settings, scope));
}

async function* run(
  sentences: Stream<Chunk>,
  source: ChunkSource,
  settings: Settings,
  scope: Scope,
): Stream<Chunk> {
  const waiting: Tile[] = [];
  let length = 0;
  let index = 0;
  let before: ArrayLike<number> | undefined;
  const take = (count: number): Chunk | undefined => {
    const tiles = waiting.splice(0, count).map((tile) => tile.chunk);
    const made = join(tiles, index, bytesOf(source));
    length = waiting.reduce((sum, tile) => sum + tile.chunk.text.length, 0);
    if (made !== undefined) index += 1;
    return made;
  };
  try {
    const batches = scope.open(batch(sentences, { size: sentencesPerBatch }));
    for (;;) {
      const step = await scope.read(batches);
      if (step.done) break;
      const vectors = scope.open(
        settings.embedder.embed(
          step.value.map((sentence) => sentence.text),
          { signal: scope.signal },
        ),
      );
      for (const sentence of step.value) {
        const vector = await scope.read(vectors);
        if (vector.done) {
          if (scope.ended) return;
          throw new Error('The embedder gave fewer vectors than it was given texts');
        }
        const likeness = before === undefined ? 1 : cosine(before, vector.value);
        before = vector.value;
        // Before this sentence: what waits is full, or the subject changes.
        while (waiting.length > 0) {
          // A long stretch of blanks parts what is before it and behind.
          const apart = waiting.at(-1)?.chunk.end !== sentence.start;
          if (!apart && !overflows(length, sentence, settings, likeness)) break;
          const made = take(apart ? waiting.length : weakest(waiting, likeness, settings.minSize));
          if (made !== undefined) yield made;
        }
        waiting.push({ chunk: sentence, likeness });
        length += sentence.text.length;
      }
      scope.release(vectors);
    }
    if (scope.ended) return;
    const last = take(waiting.length);
    if (last !== undefined) yield last;
  } finally {
    scope.end();
  }
}

function overflows(
  length: number,
  sentence: Chunk,
  { size, minSize, threshold }: Settings,
  likeness: number,
): boolean {
  if (length >= minSize && likeness < threshold) return true;
  return length + trimmedLength(sentence.text) > size;
}

/** How many of the waiting sentences make the next chunk: up to the weakest border beyond the shortest length. */
function weakest(waiting: readonly Tile[], likenessBehind: number, minSize: number): number {
  let best = waiting.length;
  let bestLikeness = likenessBehind;
  let length = 0;
  for (const [index, tile] of waiting.entries()) {
    if (index > 0 && length >= minSize && tile.likeness < bestLikeness) {
      best = index;
      bestLikeness = tile.likeness;
    }
    length += tile.chunk.text.length;
  }
  return best;
}

/** One chunk of neighbouring tiles, the blanks at its ends left out; `undefined` when nothing else is left. */
function join(tiles: readonly Chunk[], index: number, bytes: TextBytes | undefined): Chunk | undefined {
  const [first] = tiles;
  if (first === undefined) return undefined;
  const whole = tiles.map((tile) => tile.text).join('');
  const text = whole.slice(0, trimmedLength(whole));
  if (text === '') return undefined;
  const { documentId, start, startByte, metadata } = first;
  const lastByte = tiles.at(-1)?.endByte;
  const blankBytes = bytes && byteCounterOf({ ...bytes, offset: 0 })?.endOf(whole.slice(text.length), false);
  return {
    id: `${documentId}#${index}`,
    documentId,
    index,
    start,
    end: start + text.length,
    ...(lastByte !== undefined && blankBytes !== undefined && { startByte, endByte: lastByte - blankBytes }),
    text,
    metadata,
  };
}

function trimmedLength(text: string): number {
  let end = text.length;
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return end;
}

/** 0 for a vector of zeros: it is like nothing. */
function cosine(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let dot = 0;
  let leftSquare = 0;
  let rightSquare = 0;
  for (let at = 0; at < left.length; at += 1) {
    dot += left[at]! * right[at]!;
    leftSquare += left[at]! ** 2;
    rightSquare += right[at]! ** 2;
  }
  return leftSquare === 0 || rightSquare === 0 ? 0 : dot / Math.sqrt(leftSquare * rightSquare);
}
