import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Document } from '../../src/documents/document.ts';
import { MemoryStore } from '../../src/retrieval/memory-store.ts';
import { type ServiceOptions, StreamRAGService } from '../../src/service/stream-rag-service.ts';
import { OpenAIModel } from '../../src/generation/openai-model.ts';
import type { EndpointOptions } from '../../src/endpoint/server.ts';
import { endpointFor, realEmbedder } from '../endpoint/shared.ts';

export const documents: readonly Document[] = [
  {
    id: 'kettle.md',
    text: '# Kettle\n\nThe kettle boils water in three minutes. It stands in the kitchen next to the window.',
    metadata: { title: 'Kettle', language: 'en' },
  },
  {
    id: 'bridge.md',
    text: '# Bridge\n\nThe old bridge was built in 1874. It carries two lanes of traffic over the river.',
    metadata: { title: 'Bridge', language: 'en' },
  },
];

/** A folder that goes with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'service-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A service over real parts: the bundled model, a local endpoint over HTTP, documents of the test's own. */
export async function serviceFor(
  options: Partial<ServiceOptions> & {
    readonly endpoint?: EndpointOptions;
    readonly given?: readonly Document[];
  } = {},
) {
  const embedder = await realEmbedder();
  const endpoint = await endpointFor(options.endpoint);
  const store = options.store ?? new MemoryStore(embedder);
  const model = options.model ?? new OpenAIModel({ baseUrl: endpoint.url, model: endpoint.model });
  const service = await StreamRAGService.create({ ...options, embedder, store, model });
  await Array.fromAsync(service.ingest(options.given ?? documents));
  return { service, store, endpoint };
}
