import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { checkInteger } from '../iter/checks.ts';

/** Changes when the rows' meaning does; a file of another format is refused, never guessed at. */
const formatVersion = 1;

/**
 * Vectors by content, in one SQLite file that several processes may share: readers do not wait for the writer
 * (write-ahead log), and two writers wait for each other. A row is written whole or not at all.
 */
export class VectorCache {
  readonly #database: DatabaseSync;
  readonly #maxEntries: number;
  readonly #find: StatementSync;
  readonly #insert: StatementSync;
  readonly #evict: StatementSync;

  /**
   * @param path File to open or make, folders included; `:memory:` for a cache that ends with the process.
   * @throws RangeError if `maxEntries` is not an integer from 1 up.
   * @throws Error if the file cannot be opened, is no cache, or is of another format.
   */
  constructor(path: string, maxEntries: number) {
    checkInteger('maxEntries', maxEntries, 1);
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
    this.#maxEntries = maxEntries;
    try {
      this.#database = new DatabaseSync(path, { timeout: 5_000 });
      this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
      const { user_version: found } = this.#database.prepare('PRAGMA user_version').get() as {
        user_version: number;
      };
      if (found !== 0 && found !== formatVersion) {
        throw new Error(
          `it has format ${found}, and this version reads format ${formatVersion}. Delete it, or name another`,
        );
      }
      this.#database.exec(
        `CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL);
         PRAGMA user_version = ${formatVersion}`,
      );
      this.#find = this.#database.prepare('SELECT vector FROM vectors WHERE key = ?');
      this.#insert = this.#database.prepare('INSERT OR IGNORE INTO vectors (key, vector) VALUES (?, ?)');
      this.#evict = this.#database.prepare(
        `DELETE FROM vectors WHERE rowid IN
           (SELECT rowid FROM vectors ORDER BY rowid LIMIT max(0, (SELECT count(*) FROM vectors) - ?))`,
      );
    } catch (error) {
      throw new Error(`The vector cache '${path}' cannot be used: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  /** SHA-256 of all that decides a vector. */
  static key(model: string, kind: string, text: string): Uint8Array {
    // Lengths first: no two different triples give the same bytes.
    return createHash('sha256')
      .update(`${model.length} ${kind.length} ${model}${kind}`)
      .update(text, 'utf16le')
      .digest();
  }

  get(key: Uint8Array): Float32Array | undefined {
    const row = this.#find.get(key) as { vector: Uint8Array } | undefined;
    if (row === undefined) return undefined;
    const bytes = row.vector.slice(); // Aligned and our own: SQLite's buffer is neither for sure.
    return new Float32Array(bytes.buffer, 0, bytes.byteLength / 4);
  }

  /** Stores all or none of the entries; then the oldest beyond `maxEntries` go. */
  putAll(entries: Iterable<readonly [key: Uint8Array, vector: Float32Array]>): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const [key, { buffer, byteOffset, byteLength }] of entries) {
        this.#insert.run(key, new Uint8Array(buffer, byteOffset, byteLength));
      }
      this.#evict.run(this.#maxEntries);
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  size(): number {
    const { entries } = this.#database.prepare('SELECT count(*) AS entries FROM vectors').get() as {
      entries: number;
    };
    return entries;
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}
