/** The peers are installed beside this file and nowhere else, so nothing is known of their types here. */
async function load<Shape>(name: string): Promise<Shape> {
  return (await import(name)) as Shape;
}

interface Splitter {
  splitText(text: string): Promise<readonly string[]> | readonly string[];
  createDocuments(texts: readonly string[]): Promise<readonly unknown[]>;
}
type SplitterClass = new (options: Record<string, unknown>) => Splitter;
interface Created {
  chunk(text: string): Promise<readonly { text: string }[]> | readonly { text: string }[];
}
interface CreatedClass {
  create(options: Record<string, unknown>): Promise<Created>;
}

export type SplitAll = (text: string) => Promise<number>;

/** A splitter of LangChain by the name of its class. */
export async function langchain(name: string, options: Record<string, unknown>): Promise<SplitAll> {
  const classes = await load<Record<string, SplitterClass>>('@langchain/textsplitters');
  const splitter = new classes[name]!(options);
  return async (text) => (await splitter.splitText(text)).length;
}

/** The same with what LangChain has of places: the lines that each chunk stands in. */
export async function langchainDocuments(name: string, options: Record<string, unknown>): Promise<SplitAll> {
  const classes = await load<Record<string, SplitterClass>>('@langchain/textsplitters');
  const splitter = new classes[name]!(options);
  return async (text) => (await splitter.createDocuments([text])).length;
}

/** A chunker of chonkie by the name of its class. */
export async function chonkie(name: string, options: Record<string, unknown>): Promise<SplitAll> {
  const classes = await load<Record<string, CreatedClass>>('@chonkiejs/core');
  const chunker = await classes[name]!.create(options);
  return async (text) => (await chunker.chunk(text)).length;
}

/** A splitter of LlamaIndex.TS by the name of its class. */
export async function llamaIndex(name: string, options: Record<string, unknown>): Promise<SplitAll> {
  const classes = await load<Record<string, SplitterClass>>('@llamaindex/core/node-parser');
  const splitter = new classes[name]!(options);
  return async (text) => (await splitter.splitText(text)).length;
}

/** A strategy of mastra. */
export async function mastra(strategy: string, options: Record<string, unknown>): Promise<SplitAll> {
  const { MDocument } = await load<{
    MDocument: { fromText(text: string): { chunk(options: unknown): Promise<readonly unknown[]> } };
  }>('@mastra/rag');
  return async (text) => (await MDocument.fromText(text).chunk({ strategy, ...options })).length;
}

/** llm-chunk has one function. */
export async function llmChunk(options: Record<string, unknown>): Promise<SplitAll> {
  const { chunk } = await load<{ chunk: (text: string, options: unknown) => readonly string[] }>('llm-chunk');
  return async (text) => chunk(text, options).length;
}

/** A tokenizer for the token chunker, of the encoding that LangChain is given too. */
export async function gptTokenizer(): Promise<{
  readonly name: string;
  readonly count: (text: string) => number;
}> {
  const { countTokens } = await load<{ countTokens: (text: string) => number }>(
    'gpt-tokenizer/encoding/cl100k_base',
  );
  return { name: 'cl100k_base', count: (text) => countTokens(text) };
}

export type PMap = (
  items: Iterable<number>,
  mapper: (item: number) => Promise<unknown>,
  options: { readonly concurrency: number },
) => Promise<readonly unknown[]>;

export async function pMap(): Promise<PMap> {
  return (await load<{ default: PMap }>('p-map')).default;
}
