import type { Document } from './document.ts';
import type { DocumentError } from './document-error.ts';

/** A document, or why there is none: one bad file never loses the rest. */
export type LoadResult =
  | { readonly kind: 'document'; readonly document: Document }
  | { readonly kind: 'error'; readonly path: string; readonly error: DocumentError };
