import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Chunk } from '../chunking/chunk.ts';
import { writeAtomically } from './atomic-file.ts';

/** What one index file holds. */
export interface StoreFile {
  readonly model: string;
  readonly dimensions: number;
  /** Facts of the writer's own. */
  readonly note: Readonly<Record<string, unknown>>;
  readonly chunks: readonly Chunk[];
  /** Row by row, one row a chunk. */
  readonly matrix: Float32Array;
}

/** An index file that is damaged, or was written by another version. */
export class StoreFileError extends Error {
  override readonly name = 'StoreFileError';
  readonly path: string;

  constructor(path: string, why: string, options?: ErrorOptions) {
    super(`Index file '${path}' ${why}. Delete it and index again.`, options);
    this.path = path;
  }
}

interface Header {
  readonly formatVersion: number;
  readonly model: string;
  readonly dimensions: number;
  readonly metric: 'cosine';
  readonly note: Readonly<Record<string, unknown>>;
  readonly chunkCount: number;
  readonly chunkBytes: number;
  readonly chunkChecksum: number;
  readonly matrixChecksum: number;
}

const formatVersion = 1;
const magic = 'SRAGIDX\n';
/** Magic, length of the header, checksum of the header. */
const prologueBytes = 16;
/** Keeps the matrix on a boundary that a Float32Array may start at. */
const aligned = (bytes: number) => Math.ceil(bytes / 8) * 8;
const hasRequiredByteOrder = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/**
 * Writes an index as one file: magic, a JSON header (format version, model, dimensions, metric, CRC-32 of each part), the
 * chunks as JSON, the matrix as little-endian float32. The file appears whole or not at all: it is written beside its
 * place, flushed to the disk, and renamed.
 */
export async function writeStoreFile(path: string, content: StoreFile): Promise<void> {
  if (!hasRequiredByteOrder) throw new Error('Index files need a little-endian machine');
  const chunks = Buffer.from(JSON.stringify(content.chunks));
  const { matrix } = content;
  const matrixBytes = Buffer.from(matrix.buffer, matrix.byteOffset, matrix.byteLength);
  const header = Buffer.from(
    JSON.stringify({
      formatVersion,
      model: content.model,
      dimensions: content.dimensions,
      metric: 'cosine',
      note: content.note,
      chunkCount: content.chunks.length,
      chunkBytes: chunks.length,
      chunkChecksum: crc32(chunks),
      matrixChecksum: crc32(matrixBytes),
    } satisfies Header),
  );
  const prologue = Buffer.alloc(prologueBytes);
  prologue.write(magic, 'latin1');
  prologue.writeUInt32LE(header.length, 8);
  prologue.writeUInt32LE(crc32(header), 12);
  const textBytes = prologueBytes + header.length + chunks.length;
  const padding = Buffer.alloc(aligned(textBytes) - textBytes);

  await writeAtomically(path, [prologue, header, chunks, padding, matrixBytes]);
}

/**
 * Reads an index file and checks every byte of it.
 *
 * @throws StoreFileError if it is damaged, cut short, no index, or of another format version.
 * @throws the file system's error (`ENOENT`, …) if it cannot be read.
 */
export async function readStoreFile(path: string): Promise<StoreFile> {
  const bytes = await readFile(path);
  if (bytes.length < prologueBytes || bytes.toString('latin1', 0, 8) !== magic) {
    throw new StoreFileError(path, 'is not an index');
  }
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
  const matrixStart = aligned(headerEnd + header.chunkBytes);
  const length = header.chunkCount * header.dimensions;
  if (bytes.length !== matrixStart + 4 * length) {
    throw new StoreFileError(path, `must be ${matrixStart + 4 * length} bytes long, got ${bytes.length}`);
  }
  const chunkBytes = bytes.subarray(headerEnd, headerEnd + header.chunkBytes);
  if (crc32(chunkBytes) !== header.chunkChecksum) throw new StoreFileError(path, 'has damaged chunks');
  const matrixBytes = bytes.subarray(matrixStart);
  if (crc32(matrixBytes) !== header.matrixChecksum) throw new StoreFileError(path, 'has damaged vectors');
  const { model, dimensions, note } = header;
  const chunks = JSON.parse(chunkBytes.toString()) as Chunk[];
  // A small file may lie in a shared pool at an odd offset; a copy starts at 0.
  const matrix =
    matrixBytes.byteOffset % 4 === 0
      ? new Float32Array(matrixBytes.buffer, matrixBytes.byteOffset, length)
      : new Float32Array(new Uint8Array(matrixBytes).buffer);
  return { model, dimensions, note, chunks, matrix };
}
