import type { Chunker } from '../../src/chunking/chunker.ts';
import { fixedChunker } from '../../src/chunking/fixed-chunker.ts';
import { markdownChunker } from '../../src/chunking/markdown-chunker.ts';
import { recursiveChunker } from '../../src/chunking/recursive-chunker.ts';
import { semanticChunker, type SentenceEmbedder } from '../../src/chunking/semantic-chunker.ts';
import { sentenceChunker } from '../../src/chunking/sentence-chunker.ts';
import { tokenChunker } from '../../src/chunking/token-chunker.ts';

/** One token for each started four UTF-8 bytes of each word: no model's, but as uneven as a real one. */
export const byteTokenizer = {
  name: 'bytes',
  count: (text: string) =>
    (text.match(/\s*\S+|\s+$/g) ?? []).reduce((sum, word) => sum + Math.ceil(Buffer.byteLength(word) / 4), 0),
};

/** Which letters a sentence has: enough to tell apart sentences on different things. */
export const letterEmbedder: SentenceEmbedder = {
  model: 'letters',
  async *embed(texts) {
    for (const text of texts) {
      const vector = new Float32Array(64);
      for (const character of text.toLowerCase()) vector[character.codePointAt(0)! % 64]! += 1;
      yield vector;
    }
  },
};

export interface ChunkerUnderTest {
  readonly chunker: Chunker;
  /** Longest chunk in units. */
  readonly limit: number;
  readonly tokens?: number;
  /** Chunks may repeat text from the one before. */
  readonly overlaps: boolean;
  /** Leaves out front matter. */
  readonly skipsFrontMatter?: boolean;
}

export const chunkersUnderTest: readonly ChunkerUnderTest[] = [
  { chunker: fixedChunker({ size: 40, overlap: 0 }), limit: 40, overlaps: false },
  { chunker: fixedChunker({ size: 10, overlap: 8 }), limit: 10, overlaps: true },
  { chunker: fixedChunker({ size: 2 }), limit: 2, overlaps: false },
  { chunker: fixedChunker({ size: 30, overlap: 10, keepGraphemes: true }), limit: 30, overlaps: true },
  { chunker: recursiveChunker({ size: 40, overlap: 0 }), limit: 40, overlaps: false },
  { chunker: recursiveChunker({ size: 60, overlap: 20 }), limit: 60, overlaps: true },
  { chunker: recursiveChunker({ size: 12, overlap: 10 }), limit: 12, overlaps: true },
  { chunker: recursiveChunker({ size: 2 }), limit: 2, overlaps: false },
  { chunker: recursiveChunker({ size: 25, overlap: 5, keepGraphemes: true }), limit: 25, overlaps: true },
  { chunker: markdownChunker({ size: 80, overlap: 20 }), limit: 80, overlaps: true, skipsFrontMatter: true },
  { chunker: markdownChunker({ size: 20, overlap: 0 }), limit: 20, overlaps: false, skipsFrontMatter: true },
  { chunker: sentenceChunker({ size: 60, overlap: 30 }), limit: 60, overlaps: true },
  { chunker: sentenceChunker({ size: 30, overlap: 0, language: 'zh' }), limit: 30, overlaps: false },
  { chunker: tokenChunker({ tokenizer: byteTokenizer, tokens: 12 }), limit: 192, tokens: 12, overlaps: true },
  { chunker: semanticChunker({ embedder: letterEmbedder, size: 70 }), limit: 70, overlaps: false },
  {
    chunker: semanticChunker({ embedder: letterEmbedder, size: 30, threshold: 0.6 }),
    limit: 30,
    overlaps: false,
  },
];
