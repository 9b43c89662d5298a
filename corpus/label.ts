// Turns `questions.source.json`, which names each answer by its words, into `questions.json`, which names it by
// its place. Run `node corpus/label.ts` (Node 24) after a change to an article or to the questions.
import { readFileSync, writeFileSync } from 'node:fs';

export interface SourceQuestion {
  id: string;
  language: 'en' | 'zh';
  kind: 'same-language' | 'cross-language' | 'unanswerable';
  split: 'development' | 'test';
  text: string;
  relevant: { documentId: string; quote: string }[];
}

export interface Question extends Omit<SourceQuestion, 'relevant'> {
  /** Spans in UTF-16 units of the whole file, front matter included: `quote === text.slice(start, end)`. */
  relevant: { documentId: string; start: number; end: number; quote: string }[];
}

/**
 * Adds the place of each quote.
 *
 * @throws Error when a quote does not stand exactly once in its article; all such quotes are listed.
 */
export function label(
  questions: readonly SourceQuestion[],
  read: (documentId: string) => string,
): Question[] {
  const problems: string[] = [];
  const labelled = questions.map((question) => ({
    ...question,
    relevant: question.relevant.map(({ documentId, quote }) => {
      const text = read(documentId);
      const start = quote === '' ? -1 : text.indexOf(quote);
      const where = `${question.id}: the quote “${quote}”`;
      if (start === -1) problems.push(`${where} is not in ${documentId}`);
      else if (text.includes(quote, start + 1)) problems.push(`${where} is in ${documentId} more than once`);
      return { documentId, start, end: start + quote.length, quote };
    }),
  }));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return labelled;
}

if (import.meta.main) {
  const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
  const source: SourceQuestion[] = JSON.parse(read('questions.source.json'));
  const questions = label(source, read);
  writeFileSync(new URL('questions.json', import.meta.url), `${JSON.stringify(questions, null, 2)}\n`);
  console.log(`${questions.length} questions labelled`);
}
