import type { Embedder } from '../embedding/embedder.ts';
import { countPieces } from './pieces.ts';

/** The texts' vectors as `/v1/embeddings` answers them. */
export async function embedTexts(
  embedder: Embedder,
  { input, base64 }: { readonly input: readonly string[]; readonly base64: boolean },
  signal: AbortSignal,
) {
  const vectors = await Array.fromAsync(embedder.embed(input, { signal }));
  const tokens = input.reduce((sum, text) => sum + countPieces(text), 0);
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: base64
        ? Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')
        : Array.from(vector),
    })),
    model: embedder.model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}
