import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { KeywordIndex } from './keyword-index.ts';
import { MemoryStore } from './memory-store.ts';
import { StoreFileError } from './store-file.ts';

/** Vectors and keywords of the same chunks. */
export interface HybridIndex {
  readonly store: MemoryStore;
  readonly keywords: KeywordIndex;
  /** Facts of the caller's own, plain JSON. */
  readonly note: Readonly<Record<string, unknown>>;
}

/** Where the note names the keyword file that belongs to the vectors. */
const keywordsKey = 'keywordFile';

/**
 * Saves vectors and keywords together: after a crash at any moment both are the former ones or both the new ones. Keywords get
 * a file of a new name beside `path`; the vectors' file names it, and its renaming is what makes both count. Nothing may be
 * added or removed meanwhile, and one process writes at a time.
 */
export async function saveHybridIndex(
  path: string,
  { store, keywords, note = {} }: Omit<HybridIndex, 'note'> & { readonly note?: HybridIndex['note'] },
): Promise<void> {
  const name = `${basename(path)}.${crypto.randomUUID()}.keywords`;
  const folder = dirname(path);
  await keywords.save(join(folder, name));
  try {
    await store.save(path, { note: { ...note, [keywordsKey]: name } });
  } catch (error) {
    await rm(join(folder, name), { force: true });
    throw error;
  }
  // What a former save, or one cut short, left behind.
  for (const file of await readdir(folder)) {
    if (file !== name && file.startsWith(`${basename(path)}.`) && file.endsWith('.keywords'))
      await rm(join(folder, file), { force: true });
  }
}

/**
 * Reads what `saveHybridIndex` wrote.
 *
 * @param expected The model in use; given, a file of another model is refused.
 * @throws ModelMismatchError naming both models.
 * @throws StoreFileError if a file is damaged, of another format version, or was saved without keywords.
 */
export async function loadHybridIndex(
  path: string,
  expected?: { readonly model: string; readonly dimensions: number },
): Promise<HybridIndex> {
  const { store, note } = await MemoryStore.load(path, expected);
  const { [keywordsKey]: name, ...own } = note;
  if (typeof name !== 'string') throw new StoreFileError(path, 'was saved without keywords');
  const { index: keywords } = await KeywordIndex.load(join(dirname(path), name));
  return { store, keywords, note: own };
}
