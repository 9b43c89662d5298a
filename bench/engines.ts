import { createReadStream } from 'node:fs';
import type { Chunker } from '../src/chunking/chunker.ts';
import { fixedChunker } from '../src/chunking/fixed-chunker.ts';
import { markdownChunker } from '../src/chunking/markdown-chunker.ts';
import { recursiveChunker } from '../src/chunking/recursive-chunker.ts';
import { semanticChunker } from '../src/chunking/semantic-chunker.ts';
import { sentenceChunker } from '../src/chunking/sentence-chunker.ts';
import { tokenChunker } from '../src/chunking/token-chunker.ts';
import { streamDocument } from '../src/documents/stream-text.ts';
import {
  chonkie,
  gptTokenizer,
  langchain,
  langchainDocuments,
  llamaIndex,
  llmChunk,
  mastra,
  type SplitAll,
} from './peers.ts';

/** Every kind of chunker with those that make the same, ready to split a text and say into how many. */
export const engines: Readonly<Record<string, Readonly<Record<string, () => Promise<SplitAll>>>>> = {
  recursive: {
    ours: async () => whole(recursiveChunker({ size: 500, overlap: 50 })),
    langchain: () =>
      langchainDocuments('RecursiveCharacterTextSplitter', { chunkSize: 500, chunkOverlap: 50 }),
    'langchain-texts': () =>
      langchain('RecursiveCharacterTextSplitter', { chunkSize: 500, chunkOverlap: 50 }),
    chonkie: () => chonkie('RecursiveChunker', { chunkSize: 500, tokenizer: 'character' }),
    mastra: () => mastra('recursive', { maxSize: 500, overlap: 50 }),
    'llm-chunk': () => llmChunk({ minLength: 0, maxLength: 500, overlap: 50, splitter: 'paragraph' }),
  },
  fixed: {
    ours: async () => whole(fixedChunker({ size: 500, overlap: 50 })),
    langchain: () => langchain('CharacterTextSplitter', { separator: '', chunkSize: 500, chunkOverlap: 50 }),
    chonkie: () => chonkie('TokenChunker', { tokenizer: 'character', chunkSize: 500, chunkOverlap: 50 }),
    mastra: () => mastra('character', { separator: '', maxSize: 500, overlap: 50 }),
    'llm-chunk': () => llmChunk({ minLength: 500, maxLength: 500, overlap: 50, splitter: 'sentence' }),
  },
  sentence: {
    ours: async () => whole(sentenceChunker({ size: 500, overlap: 50 })),
    chonkie: () => chonkie('SentenceChunker', { tokenizer: 'character', chunkSize: 500, chunkOverlap: 50 }),
    llamaindex: () => llamaIndex('SentenceSplitter', { chunkSize: 125, chunkOverlap: 12 }),
    mastra: () => mastra('sentence', { maxSize: 500, overlap: 50 }),
  },
  markdown: {
    ours: async () => whole(markdownChunker({ size: 500, overlap: 50 })),
    langchain: () => langchain('MarkdownTextSplitter', { chunkSize: 500, chunkOverlap: 50 }),
    mastra: () => mastra('markdown', { maxSize: 500, overlap: 50 }),
  },
  token: {
    ours: async () => whole(tokenChunker({ tokenizer: await gptTokenizer(), tokens: 128, overlap: 12 })),
    langchain: () =>
      langchain('TokenTextSplitter', { encodingName: 'cl100k_base', chunkSize: 128, chunkOverlap: 12 }),
    llamaindex: () => llamaIndex('TokenTextSplitter', { chunkSize: 128, chunkOverlap: 12 }),
    mastra: () => mastra('token', { encodingName: 'cl100k_base', maxSize: 128, overlap: 12 }),
  },
  semantic: {
    ours: async () =>
      whole(
        semanticChunker({
          embedder: {
            model: 'letters',
            async *embed(texts) {
              for (const text of texts) yield letters(text);
            },
          },
        }),
      ),
    chonkie: () =>
      chonkie('SemanticChunker', {
        chunkSize: 500,
        tokenizer: 'character',
        embeddings: async (texts: readonly string[]) => texts.map((text) => [...letters(text)]),
      }),
  },
};

/** Chunking a file as it is read, and only reading it. */
export const readers: Readonly<Record<string, (path: string) => Promise<number>>> = {
  ours: async (path) => {
    let count = 0;
    for await (const _chunk of recursiveChunker({ size: 500, overlap: 50 }).chunk(streamDocument(path)))
      count += 1;
    return count;
  },
  createReadStream: async (path) => {
    let count = 0;
    for await (const piece of createReadStream(path, 'utf8') as AsyncIterable<string>) count += piece.length;
    return count;
  },
};

function whole(chunker: Chunker): SplitAll {
  return async (text) => {
    let count = 0;
    for await (const _chunk of chunker.chunk({ id: 'text', text, metadata: {} })) count += 1;
    return count;
  };
}

/** The same for all: how often each letter comes. */
function letters(text: string): Float32Array {
  const vector = new Float32Array(64);
  for (let at = 0; at < text.length; at += 1) vector[text.charCodeAt(at) % 64]! += 1;
  return vector;
}
