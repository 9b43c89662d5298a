import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Chunk } from '../chunking/chunk.ts';
import { writeAtomically } from './atomic-file.ts';
import { StoreFileError } from './store-file.ts';

/** What one keyword file holds. */
export interface KeywordFile {
  /** Options that the index was made with: another reading of words would not find what it holds. */
  readonly settings: Readonly<Record<string, number | boolean>>;
  readonly note: Readonly<Record<string, unknown>>;
  readonly chunks: readonly Chunk[];
  /** The index as minisearch writes it. */
  readonly words: string;
}

interface Header {
  readonly formatVersion: number;
  readonly settings: KeywordFile['settings'];
  readonly note: KeywordFile['note'];
  readonly chunkBytes: number;
  readonly chunkChecksum: number;
  readonly wordBytes: number;
  readonly wordChecksum: number;
}

/** Changes with the meaning of the file and with `termsOf`: words of two readings do not meet. */
const formatVersion = 1;
const magic = 'SRAGKEY\n';
/** Magic, length of the header, checksum of the header. */
const prologueBytes = 16;

/** Writes a keyword index as one file: magic, a JSON header with the CRC-32 of each part, the chunks and the words as JSON. */
export async function writeKeywordFile(path: string, content: KeywordFile): Promise<void> {
  const chunks = Buffer.from(JSON.stringify(content.chunks));
  const words = Buffer.from(content.words);
  const header = Buffer.from(
    JSON.stringify({
      formatVersion,
      settings: content.settings,
      note: content.note,
      chunkBytes: chunks.length,
      chunkChecksum: crc32(chunks),
      wordBytes: words.length,
      wordChecksum: crc32(words),
    } satisfies Header),
  );
  const prologue = Buffer.alloc(prologueBytes);
  prologue.write(magic, 'latin1');
  prologue.writeUInt32LE(header.length, 8);
  prologue.writeUInt32LE(crc32(header), 12);
  await writeAtomically(path, [prologue, header, chunks, words]);
}

/**
 * Reads a keyword file and checks every byte of it.
 *
 * @throws StoreFileError if it is damaged, cut short, no keyword index, or of another format version.
 * @throws the file system's error (`ENOENT`, …) if it cannot be read.
 */
export async function readKeywordFile(path: string): Promise<KeywordFile> {
  const bytes = await readFile(path);
  if (bytes.length < prologueBytes || bytes.toString('latin1', 0, 8) !== magic)
    throw new StoreFileError(path, 'is not a keyword index');
  const headerEnd = prologueBytes + bytes.readUInt32LE(8);
  const headerBytes = bytes.subarray(prologueBytes, headerEnd);
  if (crc32(headerBytes) !== bytes.readUInt32LE(12)) throw new StoreFileError(path, 'has a damaged header');
  const header = JSON.parse(headerBytes.toString()) as Header;
  if (header.formatVersion !== formatVersion) {
    throw new StoreFileError(
      path,
      `has format version ${header.formatVersion}, and this library reads ${formatVersion}`,
    );
  }
  const { settings, note, chunkBytes, wordBytes } = header;
  const expected = headerEnd + chunkBytes + wordBytes;
  if (bytes.length !== expected)
    throw new StoreFileError(path, `must be ${expected} bytes long, got ${bytes.length}`);
  const chunks = bytes.subarray(headerEnd, headerEnd + chunkBytes);
  if (crc32(chunks) !== header.chunkChecksum) throw new StoreFileError(path, 'has damaged chunks');
  const words = bytes.subarray(headerEnd + chunkBytes);
  if (crc32(words) !== header.wordChecksum) throw new StoreFileError(path, 'has damaged words');
  return { settings, note, chunks: JSON.parse(chunks.toString()) as Chunk[], words: words.toString() };
}
