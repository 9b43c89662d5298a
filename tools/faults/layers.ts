import OpenAI from 'openai';
import type { Embedder } from '../../src/embedding/embedder.ts';
import { LanguageModelError } from '../../src/generation/language-model-error.ts';
import { OpenAIModel } from '../../src/generation/openai-model.ts';
import { buildPrompt } from '../../src/generation/prompt.ts';
import { MemoryStore } from '../../src/retrieval/memory-store.ts';
import { startServer } from '../../src/service/http/server.ts';
import { RagOrchestrator } from '../../src/service/rag-orchestrator.ts';
import { StageTimeoutError } from '../../src/service/stage-timeout.ts';
import { StreamRAGService } from '../../src/service/stream-rag-service.ts';

/** How one layer met one fault. */
export interface Meeting {
  /** `answered`, or the kind of the failure. */
  readonly outcome: string;
  /** What the reader has. */
  readonly text: string;
}

export type LayerName = 'generation' | 'service' | 'orchestrator' | 'HTTP' | 'bare `openai`';

/** Asks one question through one layer, with a fault; `signal` is what its reader holds. */
export type Layer = (fault: string, signal: AbortSignal) => Promise<Meeting>;

const question = 'When was the old bridge built?';
const documents = [
  {
    id: 'bridge.md',
    text: 'The old bridge was built in 1874. It carries two lanes of traffic over the river.',
    metadata: {},
  },
];
/** An answer that goes on for ever is ended after this. */
const answerMs = 2_500;

function kindOf(error: unknown): string {
  if (error instanceof LanguageModelError) return error.kind;
  if (error instanceof StageTimeoutError) return 'stopped';
  return error instanceof Error ? error.name : String(error);
}

/** The layers over one endpoint, all with the same patience. */
export async function makeLayers(url: string, modelName: string, embedder: Embedder) {
  const store = new MemoryStore(embedder);
  const modelWith = (fault: string) =>
    new OpenAIModel({
      baseUrl: url,
      model: modelName,
      headers: { 'x-fault': fault },
      retry: { baseDelayMs: 100, budgetMs: 5_000 },
      firstEventTimeoutMs: 600,
      idleTimeoutMs: 600,
    });
  const serviceWith = (fault: string) =>
    StreamRAGService.create({ embedder, store, model: modelWith(fault), limits: { answerMs } });
  for await (const _ of (await serviceWith('')).ingest(documents));
  const { messages } = buildPrompt(
    question,
    [...store.chunks()].map((chunk) => ({ chunk, score: 1 })),
  );

  const generation: Layer = async (fault, signal) => {
    let text = '';
    const timer = AbortSignal.timeout(answerMs);
    try {
      for await (const event of modelWith(fault).stream(messages, {
        signal: AbortSignal.any([signal, timer]),
      })) {
        if (event.type === 'text') text += event.text;
      }
      return { outcome: 'answered', text };
    } catch (error) {
      return { outcome: timer.aborted ? 'stopped' : kindOf(error), text };
    }
  };
  const service: Layer = async (fault, signal) => {
    let text = '';
    let outcome = 'no end';
    for await (const event of (await serviceWith(fault)).streamAnswer(question, undefined, { signal })) {
      if (event.type === 'token') text += event.text;
      else if (event.type === 'done') outcome = 'answered';
      else if (event.type === 'error') outcome = kindOf(event.error);
    }
    return { outcome, text };
  };
  const orchestrator: Layer = async (fault, signal) => {
    const many = new RagOrchestrator(await serviceWith(fault));
    const [result] = await Array.fromAsync(many.answerAll([question], { signal }));
    if (result === undefined) return { outcome: 'no end', text: '' };
    return result.kind === 'answer'
      ? { outcome: 'answered', text: result.text }
      : { outcome: kindOf(result.error), text: result.partialText };
  };
  const overHttp: Layer = async (fault, signal) => {
    await using server = await startServer({ service: await serviceWith(fault), graceMs: 0 });
    const response = await fetch(`${server.url}/v1/answers`, {
      method: 'POST',
      body: JSON.stringify({ question }),
      // Node's fetch, which is the client here and not ours, leaves its listener on the signal it is given.
      signal: AbortSignal.any([signal]),
    });
    let text = '';
    let outcome = `status ${response.status}`;
    for (const line of (await response.text()).split('\n')) {
      if (!line.startsWith('data: ')) continue;
      const event = JSON.parse(line.slice(6)) as { type: string; text: string; kind: string };
      if (event.type === 'token') text += event.text;
      else if (event.type === 'done') outcome = 'answered';
      else if (event.type === 'error') outcome = event.kind === 'timeout' ? 'stopped' : event.kind;
    }
    return { outcome, text };
  };
  const bare: Layer = async (fault, signal) => {
    const client = new OpenAI({
      baseURL: url,
      apiKey: 'any',
      defaultHeaders: { 'x-fault': fault },
      logLevel: 'off',
    });
    let text = '';
    try {
      const stream = await client.chat.completions.create(
        { model: modelName, messages: [...messages], stream: true },
        { signal },
      );
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      return { outcome: text === '' || text.endsWith(']') ? 'answered' : 'answered, though cut short', text };
    } catch (error) {
      return { outcome: error instanceof Error ? error.constructor.name : String(error), text };
    }
  };
  const layers: readonly [LayerName, Layer][] = [
    ['generation', generation],
    ['service', service],
    ['orchestrator', orchestrator],
    ['HTTP', overHttp],
    ['bare `openai`', bare],
  ];
  return layers;
}
