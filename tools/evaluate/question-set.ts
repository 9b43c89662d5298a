import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Document } from '../../src/documents/document.ts';
import { loadDocuments } from '../../src/documents/load-documents.ts';

export interface Question {
  readonly id: string;
  /** Primary subtag, such as `en`. */
  readonly language: string;
  readonly text: string;
  /** Ids of documents that answer it. */
  readonly relevant: readonly string[];
}

/** Documents, and questions with the documents that answer them. */
export interface QuestionSet {
  readonly documents: readonly { readonly language: string; readonly document: Document }[];
  readonly questions: readonly Question[];
}

/** What is wrong with a file of questions, in a sentence for the person who wrote it. */
export class QuestionSetError extends Error {
  override readonly name = 'QuestionSetError';
}

type Fields = Record<string, unknown>;

function listOf(value: unknown, name: string): Fields[] {
  if (!Array.isArray(value)) throw new QuestionSetError(`\`${name}\` must be a list`);
  return value.map((item: unknown, at) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item))
      throw new QuestionSetError(`\`${name}[${at}]\` must be an object`);
    return item as Fields;
  });
}

function stringOf(fields: Fields, key: string, where: string): string {
  const value = fields[key];
  if (typeof value !== 'string' || value === '')
    throw new QuestionSetError(`\`${where}.${key}\` must be a string that is not empty`);
  return value;
}

function languageOf(fields: Fields, where: string): string {
  const language = stringOf(fields, 'language', where);
  if (!/^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i.test(language))
    throw new QuestionSetError(`\`${where}.language\` must be a language tag such as en, got '${language}'`);
  return language.split('-')[0]!.toLowerCase();
}

function checkIds(list: readonly { readonly id: string }[], name: string): void {
  const seen = new Set<string>();
  for (const { id } of list) {
    if (seen.has(id)) throw new QuestionSetError(`\`${name}\` must have one id each, got '${id}' twice`);
    seen.add(id);
  }
}

/**
 * Reads `{ documents: [{ id, language, text | path }], questions: [{ id, language, text, relevant: [documentId] }] }`; a path
 * is taken from the file's own folder.
 *
 * @throws QuestionSetError naming the place, for anything that is not as it must be.
 */
export async function readQuestionSet(path: string, signal?: AbortSignal): Promise<QuestionSet> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new QuestionSetError(`'${path}' cannot be read (${error.code ?? error.message})`, { cause: error });
  });
  let content: Fields;
  try {
    content = JSON.parse(text) as Fields;
  } catch (error) {
    throw new QuestionSetError(`'${path}' is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new QuestionSetError(`'${path}' must hold an object with \`documents\` and \`questions\``);
  const documents = [];
  for (const [at, fields] of listOf(content.documents, 'documents').entries()) {
    const where = `documents[${at}]`;
    const id = stringOf(fields, 'id', where);
    const language = languageOf(fields, where);
    if ((fields.text === undefined) === (fields.path === undefined))
      throw new QuestionSetError(`\`${where}\` must have either \`text\` or \`path\``);
    const document =
      fields.text === undefined
        ? await readDocument(id, resolve(dirname(path), stringOf(fields, 'path', where)), signal)
        : { id, text: stringOf(fields, 'text', where), metadata: {} };
    documents.push({ id, language, document });
  }
  checkIds(documents, 'documents');
  const known = new Set(documents.map(({ id }) => id));
  const questions = listOf(content.questions, 'questions').map((fields, at) => {
    const where = `questions[${at}]`;
    const { relevant } = fields;
    if (!Array.isArray(relevant))
      throw new QuestionSetError(`\`${where}.relevant\` must be a list of document ids`);
    const missing = relevant.find((id) => !known.has(id as string));
    if (missing !== undefined)
      throw new QuestionSetError(
        `\`${where}.relevant\` names ${JSON.stringify(missing)}, which is no document`,
      );
    return {
      id: stringOf(fields, 'id', where),
      language: languageOf(fields, where),
      text: stringOf(fields, 'text', where),
      relevant: [...new Set(relevant as string[])],
    };
  });
  checkIds(questions, 'questions');
  return { documents, questions };
}

async function readDocument(id: string, path: string, signal?: AbortSignal): Promise<Document> {
  const results = await Array.fromAsync(loadDocuments(path, { signal }));
  const [result] = results;
  if (result?.kind === 'error') {
    throw new QuestionSetError(`Document '${id}' cannot be read: ${result.error.message}`, {
      cause: result.error,
    });
  }
  if (result === undefined || results.length > 1)
    throw new QuestionSetError(`Document '${id}' must be one file, got ${results.length} at '${path}'`);
  return { ...result.document, id };
}

export const handbookFolder = fileURLToPath(new URL('../../corpus', import.meta.url));

export type Split = 'development' | 'test';

/** The bundled handbook with its questions. Those of one language count only that language's articles as answers. */
export async function readHandbook(split: Split, signal?: AbortSignal): Promise<QuestionSet> {
  const labelled = JSON.parse(await readFile(join(handbookFolder, 'questions.json'), 'utf8')) as {
    id: string;
    language: string;
    split: Split;
    text: string;
    relevant: { documentId: string }[];
  }[];
  const documents = [];
  for (const language of ['en', 'zh']) {
    for await (const result of loadDocuments(join(handbookFolder, language), { signal })) {
      if (result.kind === 'error') throw result.error;
      documents.push({
        language,
        document: { ...result.document, id: `${language}/${result.document.id}` },
      });
    }
  }
  return {
    documents,
    questions: labelled
      .filter((question) => question.split === split)
      .map(({ relevant, ...question }) => ({
        ...question,
        relevant: [...new Set(relevant.map(({ documentId }) => documentId))],
      })),
  };
}
