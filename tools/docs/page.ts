import type { Outline } from './outline.ts';

export type Section = 'home' | 'course' | 'guide' | 'reference' | 'hidden';

/** One page of the site before its frame. */
export interface Page {
  /** Where it lies in the site, with slashes: `chapters/00-start-here.html`. */
  readonly path: string;
  readonly section: Section;
  readonly title: string;
  /** Name in the contents, where the title is too long for them. @default the title */
  readonly shortTitle?: string;
  /** One or two plain sentences. */
  readonly description: string;
  /** The article, harmless HTML with its `h1`. */
  readonly html: string;
  readonly outline: Outline;
  /** The notebook that the page shows, as a path in the repository. */
  readonly notebook?: string;
}

/** From one page of the site to another, or to a file beside them, as a relative link. */
export function relativeLink(from: string, to: string): string {
  const up = from.split('/').slice(0, -1);
  const down = to.split('/');
  while (up.length > 0 && down.length > 1 && up[0] === down[0]) {
    up.shift();
    down.shift();
  }
  return '../'.repeat(up.length) + down.join('/');
}
