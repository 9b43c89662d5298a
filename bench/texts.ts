import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const corpus = fileURLToPath(new URL('../corpus', import.meta.url));

/** Texts of given sizes, made of the handbook's articles, in a folder that goes with the object. */
export class Texts implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'streaming-rag-bench-'));

  /** A file of about `bytes` bytes. No two of its articles follow each other twice in the same order. */
  file(language: 'en' | 'zh', bytes: number): string {
    const path = join(this.folder, `${language}-${bytes}.md`);
    const folder = join(corpus, language);
    const articles = readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => readFileSync(join(folder, name), 'utf8').replace(/^---\n[^]*?\n---\n/, ''));
    let state = 20_261_121;
    let pending: string[] = [];
    let written = 0;
    writeFileSync(path, '');
    while (written < bytes) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const article = `${articles[state % articles.length]!}\n`;
      pending.push(article);
      written += Buffer.byteLength(article);
      if (pending.length < 1_000 && written < bytes) continue;
      writeFileSync(path, pending.join(''), { flag: 'a' });
      pending = [];
    }
    return path;
  }

  /** A folder of small files. */
  manyFiles(count: number): string {
    const folder = mkdtempSync(join(this.folder, 'many-'));
    for (let index = 0; index < count; index += 1)
      writeFileSync(
        join(folder, `${index}.txt`),
        `File ${index}. The sea rises and falls twice a day.\n`.repeat(20),
      );
    return folder;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
