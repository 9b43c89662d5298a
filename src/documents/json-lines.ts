import { DocumentError } from './document-error.ts';
import type { Part } from './part.ts';

/** The fields in which a record may hold its text, the first found taken. */
const textFields = ['text', 'content', 'body'] as const;

/**
 * JSON Lines: each line a document, its text in `text`, `content` or `body`, its other fields metadata, its key the
 * number of the line from 1. A bad line is an error of its own; blank lines are passed over.
 */
export function parseJsonLines(text: string, path: string): readonly Part[] {
  const parts: Part[] = [];
  for (const [index, line] of text.split('\n').entries())
    if (line.trim() !== '') parts.push(parseLine(line, index + 1, path));
  return parts;
}

function parseLine(line: string, number: number, path: string): Part {
  const fail = (what: string, cause?: unknown): Part => ({
    kind: 'error',
    error: new DocumentError('format', path, `Line ${number} of '${path}' ${what}`, { cause }),
  });
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch (error) {
    return fail('is not valid JSON', error);
  }
  const key = String(number);
  if (typeof record === 'string') return { kind: 'text', text: record, metadata: {}, key };
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    return fail('is neither an object nor a text');
  const fields = record as Readonly<Record<string, unknown>>;
  const field = textFields.find((name) => typeof fields[name] === 'string');
  if (field === undefined) return fail(`has no text: it needs one of ${textFields.join(', ')}`);
  const { [field]: text, ...metadata } = fields;
  return { kind: 'text', text: text as string, metadata, key };
}
