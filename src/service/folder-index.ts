import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Chunker } from '../chunking/chunker.ts';
import { loadDocuments, type LoadProgress } from '../documents/load-documents.ts';
import type { LoadResult } from '../documents/load-result.ts';
import type { Embedder } from '../embedding/embedder.ts';
import type { Stream } from '../iter/operator.ts';
import { KeywordIndex } from '../retrieval/keyword-index.ts';
import { MemoryStore } from '../retrieval/memory-store.ts';
import { StoreFileError } from '../retrieval/store-file.ts';
import { ModelMismatchError } from '../retrieval/vector-store.ts';
import { ingest, type IngestEvent } from './ingest.ts';

export interface FolderIndexOptions {
  readonly folder: string;
  readonly embedder: Embedder;
  readonly chunker: Chunker;
  /** Where index files are kept; made if it is not there. */
  readonly cacheFolder: string;
  readonly signal?: AbortSignal | undefined;
  readonly onLoad?: (progress: LoadProgress) => void;
  /** Told of each document that is indexed, and each file that could not be. */
  readonly onEvent?: (event: IngestEvent) => void;
}

export interface FolderIndex {
  readonly store: MemoryStore;
  /** The same chunks by their words. */
  readonly keywords: KeywordIndex;
  /** Documents found in the folder. */
  readonly documents: number;
  /** Of them, taken from the kept index as they were. */
  readonly unchanged: number;
  /** Documents of the kept index that are no longer there. */
  readonly removed: number;
  readonly failed: number;
}

/**
 * Indexes a folder, and keeps the index: next time only documents whose content has changed are embedded again. The kept
 * index is told apart by folder, chunker and model; one that is damaged is made anew.
 *
 * @throws the file system's error if the index cannot be written.
 * @throws `signal.reason` when aborted; what is on disk then stays as it was.
 */
export async function openFolderIndex(options: FolderIndexOptions): Promise<FolderIndex> {
  const { folder, embedder, chunker, cacheFolder, signal, onLoad, onEvent = () => {} } = options;
  const key = sha256(JSON.stringify([resolve(folder), chunker.name, embedder.model, embedder.dimensions]));
  const path = join(cacheFolder, `${key.slice(0, 32)}.index`);
  const { store, known } = await openKept(path, embedder);
  const found = new Map<string, string>();
  let unchanged = 0;
  let failed = 0;
  async function* changed(): Stream<LoadResult> {
    for await (const result of loadDocuments(folder, { signal, ...(onLoad && { onProgress: onLoad }) })) {
      if (result.kind === 'error') {
        yield result;
        continue;
      }
      const { id, text, metadata } = result.document;
      const content = sha256(JSON.stringify([text, metadata]));
      found.set(id, content);
      if (known.get(id) === content) unchanged++;
      else yield result;
    }
  }
  for await (const event of ingest(changed(), { chunker, embedder, store }, { signal })) {
    if (event.type === 'failed') failed++;
    onEvent(event);
  }
  const gone = [...known.keys()].filter((id) => !found.has(id));
  await store.deleteDocuments(gone, { signal });
  const note = { documents: Object.fromEntries(found) };
  const isChanged = gone.length > 0 || unchanged < found.size;
  if (isChanged) {
    await mkdir(cacheFolder, { recursive: true });
    await store.save(path, { note });
  }
  const keywords = await openKeywords(`${path}.words`, store, note, signal);
  return { store, keywords, documents: found.size, unchanged, removed: gone.length, failed };
}

/** The kept words, if they are of just these documents; else made from the chunks, and kept. */
async function openKeywords(
  path: string,
  store: MemoryStore,
  note: { readonly documents: Readonly<Record<string, string>> },
  signal: AbortSignal | undefined,
): Promise<KeywordIndex> {
  try {
    const kept = await KeywordIndex.load(path);
    if (isDeepStrictEqual(kept.note, note)) return kept.index;
  } catch (error) {
    if (!isAbsent(error) && !(error instanceof StoreFileError)) throw error;
  }
  const keywords = new KeywordIndex();
  await keywords.upsert(store.chunks(), { signal });
  if (keywords.size > 0) await keywords.save(path, { note });
  return keywords;
}

const isAbsent = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT';

async function openKept(path: string, embedder: Embedder) {
  try {
    const { store, note } = await MemoryStore.load(path, embedder);
    return { store, known: new Map(Object.entries(note.documents as Record<string, string>)) };
  } catch (error) {
    if (!isAbsent(error) && !(error instanceof StoreFileError) && !(error instanceof ModelMismatchError))
      throw error;
    return { store: new MemoryStore(embedder), known: new Map<string, string>() };
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
