import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { bundledModelFolder } from '../../src/embedding/bundled-model.ts';
import { cosineSimilarity } from '../../src/embedding/similarity.ts';
import { TransformersEmbedder } from '../../src/embedding/transformers-embedder.ts';

// Made by `models/train/fixtures.py`, one text at a time, with Python's tokenizers and ONNX Runtime.
const fixtures = fileURLToPath(new URL('./fixtures/', import.meta.url));
const texts = JSON.parse(readFileSync(join(fixtures, 'texts.json'), 'utf8')) as string[];

/** A 16-bit float. Written out because `Float16Array` is younger than the oldest Node we run on. */
function half(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -size : size;
}

function pythonVectors(dimensions: number): Float32Array[] {
  const bytes = readFileSync(join(fixtures, 'vectors.f16'));
  return texts.map((_, text) =>
    Float32Array.from({ length: dimensions }, (__, at) =>
      half(bytes.readUInt16LE(2 * (text * dimensions + at))),
    ),
  );
}

it('should give the vectors that Python gives, whatever shares the batch', async () => {
  const embedder = await TransformersEmbedder.load();
  onTestFinished(() => embedder[Symbol.asyncDispose]());
  const expected = pythonVectors(embedder.dimensions);
  const vectors = await Array.fromAsync(embedder.embed(texts));
  const cosines = vectors.map((vector, text) => cosineSimilarity(vector, expected[text]!));

  expect(texts).toHaveLength(200);
  expect(cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length).toBeGreaterThanOrEqual(0.999);
  // The worst single text. Measured on one machine: 0.99999997. Processors that multiply bytes differently get room.
  expect(Math.min(...cosines)).toBeGreaterThanOrEqual(0.99);
});

it('should fit in 16 MB on disk with its tokenizer', () => {
  const files = readdirSync(bundledModelFolder, { recursive: true, encoding: 'utf8' });
  const sizes = files.map((file) => statSync(join(bundledModelFolder, file))).filter((stat) => stat.isFile());
  expect(sizes.reduce((sum, stat) => sum + stat.size, 0)).toBeLessThanOrEqual(16_000_000);
});
