import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** The other end of the pipe is closed. */
export class ReaderLeft extends Error {}

const pieceUnits = 65_536;

/**
 * Writes lines in pieces of some size, but lets none wait longer than a turn of the event loop, and waits while the
 * reader is slower.
 */
export class LineWriter {
  readonly #stream: Writable;
  #waiting = '';
  #scheduled = false;
  #failure: Error | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#failure = error.code === 'EPIPE' || error.code === 'EOF' ? new ReaderLeft() : error;
    });
  }

  /** @throws ReaderLeft once nobody reads any more. */
  async write(line: string): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#waiting += `${line}\n`;
    if (this.#waiting.length >= pieceUnits) {
      await this.#flush();
    } else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        void this.#flush().catch(() => undefined);
      });
    }
  }

  async end(): Promise<void> {
    await this.#flush();
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #flush(): Promise<void> {
    const piece = this.#waiting;
    this.#waiting = '';
    if (piece === '' || this.#failure !== undefined) return;
    if (!this.#stream.write(piece)) {
      // A reader that leaves while we wait makes an error, not a drain.
      await once(this.#stream, 'drain').catch(() => undefined);
    }
    if (this.#failure !== undefined) throw this.#failure;
  }
}
