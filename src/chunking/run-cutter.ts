import { setImmediate as nextTurn } from 'node:timers/promises';
import { operator, type Reader, type Scope, type Stream } from '../iter/operator.ts';
import { byteCounterOf, type ByteCounter } from './byte-counter.ts';
import type { Chunk } from './chunk.ts';
import type { ChunkOptions, ChunkSource } from './chunker.ts';
import type { Cutter } from './cutter.ts';
import { PieceWindow } from './piece-window.ts';
import { bytesOf, sourceText, type SourceText } from './source-text.ts';

/** Cuts between two looks at the time, and milliseconds of work before the event loop gets a turn. */
const cutsPerLook = 32;
const workMs = 8;

/** Runs a cutter over a document or over a stream of pieces. */
export function runCutter(
  makeCutter: () => Cutter,
  source: ChunkSource,
  { signal }: ChunkOptions = {},
): Stream<Chunk> {
  const text = sourceText(source);
  return operator([text.pieces], signal, (scope) => new CutRun(makeCutter(), source, text, scope));
}

const done: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * One text being cut. Written out as an iterator: most chunks are there without waiting, and an async generator would
 * take several turns of the microtask queue for each.
 */
class CutRun implements AsyncGenerator<Chunk, void, undefined> {
  readonly #cutter: Cutter;
  readonly #source: ChunkSource;
  readonly #text: SourceText;
  readonly #scope: Scope;
  readonly #store = new PieceWindow();
  /** All positions are within the window; `base` is where it begins in the document. */
  readonly #window: { text: string; from: number; floor: number; ended: boolean };
  #base = 0;
  #isAscii = false;
  #counter: ByteCounter | undefined;
  #wanted: number;
  #index = 0;
  #cuts = 0;
  #turnedMs = performance.now();
  #reader: Reader<string> | undefined;
  /** The pull that waits; the next queues behind it. */
  #pending: Promise<unknown> | undefined;

  constructor(cutter: Cutter, source: ChunkSource, text: SourceText, scope: Scope) {
    this.#cutter = cutter;
    this.#source = source;
    this.#text = text;
    this.#scope = scope;
    this.#window = { text: '', from: text.contentStart, floor: 0, ended: false };
    this.#wanted = cutter.lookahead;
  }

  next(): Promise<IteratorResult<Chunk, void>> {
    if (this.#pending !== undefined) return this.#pending.then(() => this.next());
    try {
      const chunk = this.#mustTurn() ? undefined : this.#cut();
      if (chunk !== undefined) return Promise.resolve({ done: false, value: chunk });
    } catch (error) {
      this.#scope.end();
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- passed on as it is
      return Promise.reject(error);
    }
    const waiting = this.#wait();
    const settle = () => {
      this.#pending = undefined;
    };
    this.#pending = waiting.then(settle, settle);
    return waiting;
  }

  async return(): Promise<IteratorResult<Chunk, void>> {
    this.#scope.end();
    return done;
  }

  async throw(error: unknown): Promise<IteratorResult<Chunk, void>> {
    this.#scope.end();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** Reads, and lets the event loop turn, until there is a chunk or the end. */
  async #wait(): Promise<IteratorResult<Chunk, void>> {
    const scope = this.#scope;
    try {
      this.#reader ??= scope.open(this.#text.pieces);
      for (;;) {
        if (this.#mustTurn()) {
          await scope.wait(nextTurn(), undefined);
          this.#turnedMs = performance.now();
          this.#cuts += 1;
        }
        scope.throwIfAborted();
        if (scope.ended) return done;
        const chunk = this.#cut();
        if (chunk !== undefined) return { done: false, value: chunk };
        if (this.#mustTurn()) continue;
        if (this.#window.ended) {
          scope.end();
          return done;
        }
        const step = await scope.read(this.#reader);
        if (!step.done) this.#append(step.value);
        else if (!scope.ended) this.#window.ended = true;
      }
    } catch (error) {
      scope.end();
      throw error;
    }
  }

  #mustTurn(): boolean {
    return this.#cuts % cutsPerLook === 0 && performance.now() - this.#turnedMs > workMs;
  }

  /** The next chunk, or `undefined` when the window has none: more text is needed, or a turn, or it is the end. */
  #cut(): Chunk | undefined {
    if (this.#scope.ended) return undefined;
    const window = this.#window;
    const { text } = window;
    while (window.from < text.length && (window.ended || text.length - window.from >= this.#wanted)) {
      const cut = this.#cutter.cut(window);
      this.#cuts += 1;
      if (cut === undefined) {
        // Twice as much each time: a cut that needs much text stays linear in it.
        this.#wanted = Math.max(this.#cutter.lookahead, 2 * (text.length - window.from));
        return undefined;
      }
      this.#wanted = this.#cutter.lookahead;
      window.from = cut.next;
      if (cut.end > cut.start) {
        window.floor = cut.end;
        return this.#chunk(cut.start, cut.end, cut.metadata);
      }
      if (this.#mustTurn()) return undefined;
    }
    return undefined;
  }

  #chunk(from: number, to: number, added: Chunk['metadata'] | undefined): Chunk {
    const { id: documentId, whole } = this.#text;
    const index = this.#index;
    this.#index += 1;
    const start = this.#base + from;
    const end = this.#base + to;
    const text = whole ? this.#window.text.slice(from, to) : this.#store.copy(from, to);
    const metadata = added === undefined ? this.#text.metadata : { ...this.#text.metadata, ...added };
    const id = `${documentId}#${index}`;
    if (this.#counter === undefined) return { id, documentId, index, start, end, text, metadata };
    const startByte = this.#counter.moveTo(start, this.#window.text, this.#base, this.#isAscii);
    const endByte = this.#counter.endOf(text, this.#isAscii);
    return { id, documentId, index, start, end, startByte, endByte, text, metadata };
  }

  #append(piece: string): void {
    const window = this.#window;
    if (this.#base === 0 && window.text === '') {
      const bytes = bytesOf(this.#source);
      this.#counter = bytes && byteCounterOf(bytes);
    }
    const passed = Math.min(window.from, window.text.length);
    this.#counter?.moveTo(this.#base + passed, window.text, this.#base, this.#isAscii);
    if (this.#text.whole) {
      window.text = piece;
      this.#isAscii = this.#counter !== undefined && Buffer.byteLength(piece, 'utf8') === piece.length;
    } else {
      this.#store.append(passed, piece);
      window.text = this.#store.text;
      this.#isAscii = this.#store.isAscii;
    }
    this.#base += passed;
    window.floor -= passed;
    window.from -= passed;
  }
}
