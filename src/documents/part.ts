import type { DocumentError } from './document-error.ts';
import type { Metadata } from './document.ts';

/** One text that a file holds, or why a part of it could not be read. */
export type Part =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly metadata: Metadata;
      /** Tells the parts of one file apart: appended to its id after `#`. */
      readonly key?: string;
      /** `text` is the decoded file, unchanged. */
      readonly verbatim?: boolean;
      readonly contentStart?: number;
    }
  | { readonly kind: 'error'; readonly error: DocumentError };
