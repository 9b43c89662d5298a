import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const corpus = fileURLToPath(new URL('../corpus', import.meta.url));

/** Texts of given sizes, made of the handbook's articles, in a folder that goes with the object. */
export class Texts implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'streaming-rag-bench-'));

  /**
   * A file of about `bytes` bytes: articles in a random order, as they are, or their sentences as prose in paragraphs
   * of some 2,000 units, as in books.
   */
  file(language: 'en' | 'zh', bytes: number, kind: 'articles' | 'prose' = 'articles'): string {
    const path = join(this.folder, `${language}-${kind}-${bytes}.md`);
    const folder = join(corpus, language);
    const articles = readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => readFileSync(join(folder, name), 'utf8').replace(/^---\n[^]*?\n---\n/, ''))
      // Some tokenizers refuse their own marks in a text.
      .map((article) => article.replaceAll('<|', '< |'));
    let state = 20_261_121;
    let pending: string[] = [];
    let written = 0;
    writeFileSync(path, '');
    const texts =
      kind === 'prose' ? articles.map((article) => proseOf(article, language === 'zh' ? '' : ' ')) : articles;
    while (written < bytes) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const article = `${texts[state % texts.length]!}\n`;
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

/** The sentences of an article without headings, lists, tables and code. */
function proseOf(article: string, between: string): string {
  const sentences = article
    .replace(/^```[^]*?^```/gm, '')
    .split('\n')
    .filter((line) => /^[\p{L}]/u.test(line))
    .join(between);
  return `${sentences.slice(0, 2_000)}\n`;
}
