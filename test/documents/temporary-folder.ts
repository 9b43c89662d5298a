import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LoadResult } from '../../src/documents/load-result.ts';

/** A folder with these files, gone when the test is over. */
export async function temporaryFolder(
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'streaming-rag-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

export async function collect(results: AsyncIterable<LoadResult>) {
  const documents = [];
  const errors = [];
  for await (const result of results) {
    if (result.kind === 'document') documents.push(result.document);
    else errors.push(result.error);
  }
  return { documents, errors, ids: documents.map(({ id }) => id) };
}
