import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { StoreFileError, readStoreFile, writeStoreFile } from '../../src/retrieval/store-file.ts';
import { chunkOf } from './chunks.ts';

async function written(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'store-file-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'index.bin');
  await writeStoreFile(path, {
    model: 'test',
    dimensions: 2,
    note: {},
    chunks: [chunkOf('文本'), chunkOf('text')],
    matrix: new Float32Array([1, 0, 0, 1]),
  });
  return path;
}

it('should refuse a file in which any one bit is turned', async () => {
  const path = await written();
  const whole = await readFile(path);
  let padding = 0;
  for (let index = 0; index < whole.length; index++) {
    const damaged = Buffer.from(whole);
    damaged[index]! ^= 1;
    await writeFile(path, damaged);
    try {
      await readStoreFile(path);
      padding++;
    } catch (error) {
      expect(error).toBeInstanceOf(StoreFileError);
    }
  }
  // Only the filling between the parts carries no meaning.
  expect(padding).toBeLessThan(8);
});

it('should refuse a file cut at any byte', async () => {
  const path = await written();
  const whole = await readFile(path);
  for (let length = 0; length < whole.length; length++) {
    await writeFile(path, whole.subarray(0, length));
    await expect(readStoreFile(path)).rejects.toThrow(StoreFileError);
  }
});

it('should name the version of a file from another time', async () => {
  const path = await written();
  const { crc32 } = await import('node:zlib');
  const bytes = await readFile(path);
  const length = bytes.readUInt32LE(8);
  bytes.write(bytes.toString('utf8', 16, 16 + length).replace('"formatVersion":1', '"formatVersion":9'), 16);
  bytes.writeUInt32LE(crc32(bytes.subarray(16, 16 + length)), 12);
  await writeFile(path, bytes);
  await expect(readStoreFile(path)).rejects.toThrow('has format version 9, and this library reads 1');
});

it('should pass on that there is no such file', async () => {
  await expect(readStoreFile(join(tmpdir(), 'no-such-index.bin'))).rejects.toThrow('ENOENT');
});
