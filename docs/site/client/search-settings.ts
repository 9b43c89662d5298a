import { termsOf } from '../../../src/retrieval/terms.ts';

/** One passage under one heading. */
export interface SearchEntry {
  readonly id: number;
  readonly page: string;
  readonly heading: string;
  readonly address: string;
  readonly text: string;
}

/** Names in camel case are found by each of their words as well. */
function tokenize(text: string): string[] {
  const words = text.replace(/([\p{Ll}\d])(?=\p{Lu})/gu, '$1 ');
  return words === text ? termsOf(text) : [...new Set([...termsOf(text), ...termsOf(words)])];
}

/** The same at build time and in the page, or the two would not mean the same words. */
export const searchSettings = {
  fields: ['page', 'heading', 'text'],
  tokenize,
  processTerm: (term: string): string => term,
};
