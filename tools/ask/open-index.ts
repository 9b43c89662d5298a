import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { recursiveChunker } from '../../src/chunking/recursive-chunker.ts';
import type { Embedder } from '../../src/embedding/embedder.ts';
import { cacheFolder } from '../../src/service/cache-folder.ts';
import { type FolderIndex, openFolderIndex } from '../../src/service/folder-index.ts';
import { forTerminal, ProgressLine } from './terminal.ts';

/** A sentence for the person who asked, and nothing else. */
export class Refusal extends Error {}

/** @throws Refusal if there is nothing of that name. */
export async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) throw new Refusal(`The folder '${folder}' does not exist.`);
}

/**
 * The index of a folder, kept in the system's cache folder, with a progress line on stderr. Files that cannot be read are
 * named there.
 *
 * @throws Refusal if not one document could be read.
 */
export async function openIndex(
  folder: string,
  embedder: Embedder,
  signal: AbortSignal,
): Promise<FolderIndex> {
  const progress = new ProgressLine();
  let total: number | undefined;
  let failed = 0;
  const index = await openFolderIndex({
    folder,
    embedder,
    chunker: recursiveChunker({ size: 800, overlap: 100 }),
    cacheFolder: join(cacheFolder(), 'indexes'),
    signal,
    onLoad: (loaded) => {
      total = loaded.total;
      progress.show('Reading ', loaded.done, total);
    },
    onEvent: (event) => {
      if (event.type === 'stored') progress.show('Indexing', event.documents, total);
      if (event.type !== 'failed') return;
      failed++;
      progress.clear();
      process.stderr.write(forTerminal(`Left out: ${event.error.message}.\n`));
    },
  }).finally(() => progress.clear());
  if (index.documents === 0) {
    throw new Refusal(
      failed === 0
        ? `'${folder}' holds no document that can be read (Markdown, text and the like).`
        : `None of the ${failed} files in '${folder}' could be read.`,
    );
  }
  return index;
}
