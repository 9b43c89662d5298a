import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { checkoutRoot } from '../checkout.ts';
import {
  emptyRecord,
  formatProgress,
  mergeProgress,
  parseProgress,
  type ExerciseRecord,
  type ProgressRecords,
} from './progress-record.ts';

/** A holder keeps the lock for some milliseconds: one this old was left by a process that was killed. */
const staleLockMs = 10_000;
const lockPatienceMs = 15_000;
const lockPollMs = 10;

/** The learner's folder: `my/` in the checkout, or what `STREAMING_RAG_MY` names. */
export function myFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return environment['STREAMING_RAG_MY'] || join(checkoutRoot, 'my');
}

/**
 * Progress in one JSON file. Several processes may write it: each change is made under a lock, on what the file holds
 * at that moment, and the file is replaced whole. A damaged file is set aside, never overwritten.
 */
export class Progress {
  readonly path: string;
  /** What the reader should hear: that a damaged file was set aside. */
  readonly notes: string[] = [];

  constructor(path: string = join(myFolder(), 'progress.json')) {
    this.path = path;
  }

  /** All records. A file that is missing or damaged holds none. */
  read(): ProgressRecords {
    if (!existsSync(this.path)) return {};
    try {
      return parseProgress(readFileSync(this.path, 'utf8'));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return {};
    }
  }

  of(id: string): ExerciseRecord {
    return this.read()[id] ?? emptyRecord;
  }

  /** Changes one record. @returns the new one. */
  update(id: string, change: (record: ExerciseRecord) => ExerciseRecord): ExerciseRecord {
    const records = this.#change((all) => ({ ...all, [id]: change(all[id] ?? emptyRecord) }));
    return records[id]!;
  }

  /** The whole file as text. */
  export(): string {
    return formatProgress(this.read());
  }

  /**
   * Adds what another file knows; nothing that is here is lost.
   * @throws SyntaxError if the text is no progress file.
   */
  import(text: string): ProgressRecords {
    const other = parseProgress(text);
    return this.#change((all) => mergeProgress(all, other));
  }

  #change(change: (all: ProgressRecords) => ProgressRecords): ProgressRecords {
    mkdirSync(dirname(this.path), { recursive: true });
    const unlock = takeLock(`${this.path}.lock`);
    try {
      this.#setDamagedAside();
      const records = change(this.read());
      const draft = `${this.path}.${process.pid}.tmp`;
      writeFileSync(draft, formatProgress(records));
      renameSync(draft, this.path);
      return records;
    } finally {
      unlock();
    }
  }

  #setDamagedAside(): void {
    if (!existsSync(this.path)) return;
    try {
      parseProgress(readFileSync(this.path, 'utf8'));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      let aside = `${this.path}.damaged`;
      for (let count = 2; existsSync(aside); count++) aside = `${this.path}.damaged-${count}`;
      renameSync(this.path, aside);
      this.notes.push(`The progress file could not be read (${error.message}); it is kept as ${aside}.`);
    }
  }
}

/** @throws Error if another process holds the lock for longer than any of ours does. */
function takeLock(path: string): () => void {
  const deadlineMs = Date.now() + lockPatienceMs;
  for (;;) {
    try {
      closeSync(openSync(path, 'wx'));
      return () => rmSync(path, { force: true });
    } catch (error) {
      // Windows says EPERM while another process removes the file.
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST' && code !== 'EPERM') throw error;
    }
    if (isStale(path)) rmSync(path, { force: true });
    else if (Date.now() > deadlineMs) throw new Error(`'${path}' is held by another process`);
    else pauseThread(lockPollMs);
  }
}

function isStale(path: string): boolean {
  try {
    return Date.now() - statSync(path).mtimeMs > staleLockMs;
  } catch {
    return false; // given back meanwhile
  }
}

function pauseThread(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
