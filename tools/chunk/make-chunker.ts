import type { Chunker } from '../../src/chunking/chunker.ts';
import { fixedChunker } from '../../src/chunking/fixed-chunker.ts';
import { markdownChunker } from '../../src/chunking/markdown-chunker.ts';
import { recursiveChunker } from '../../src/chunking/recursive-chunker.ts';
import { sentenceChunker } from '../../src/chunking/sentence-chunker.ts';

export const chunkerNames = ['recursive', 'fixed', 'sentence', 'markdown', 'token', 'semantic'] as const;

export interface ChunkerChoice {
  readonly name: string;
  readonly size: number | undefined;
  readonly overlap: number | undefined;
  readonly tokenizer: string | undefined;
  readonly signal: AbortSignal;
}

/** A chunker by name, with the model that it may need, released at the end. */
export async function makeChunker({
  name,
  size,
  overlap,
  tokenizer,
  signal,
}: ChunkerChoice): Promise<AsyncDisposable & { readonly chunker: Chunker }> {
  const sizes = { ...(size !== undefined && { size }), ...(overlap !== undefined && { overlap }) };
  const nothing = { [Symbol.asyncDispose]: async () => undefined };
  switch (name) {
    case 'recursive':
      return { chunker: recursiveChunker(sizes), ...nothing };
    case 'fixed':
      return { chunker: fixedChunker(sizes), ...nothing };
    case 'sentence':
      return { chunker: sentenceChunker(sizes), ...nothing };
    case 'markdown':
      return { chunker: markdownChunker(sizes), ...nothing };
    case 'token': {
      const { tokenChunker } = await import('../../src/chunking/token-chunker.ts');
      const { modelTokenizer } = await import('../../src/chunking/tokenizer.ts');
      const { bundledModelFolder } = await import('../../src/embedding/bundled-model.ts');
      const chunker = tokenChunker({
        tokenizer: await modelTokenizer(tokenizer ?? bundledModelFolder),
        ...(size !== undefined && { tokens: size }),
        ...(overlap !== undefined && { overlap }),
      });
      return { chunker, ...nothing };
    }
    case 'semantic': {
      const { semanticChunker } = await import('../../src/chunking/semantic-chunker.ts');
      const { TransformersEmbedder } = await import('../../src/embedding/transformers-embedder.ts');
      const embedder = await TransformersEmbedder.load({ signal });
      return {
        chunker: semanticChunker({ embedder, ...(size !== undefined && { size }) }),
        [Symbol.asyncDispose]: () => embedder[Symbol.asyncDispose](),
      };
    }
    default:
      throw new RangeError(`\`--chunker\` must be one of ${chunkerNames.join(', ')}, got '${name}'.`);
  }
}
