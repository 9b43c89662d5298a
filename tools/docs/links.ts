import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { relativeLink } from './page.ts';

export interface LinkMap {
  /** The repository's folder. */
  readonly root: string;
  /** Pages by the file that they show, both with slashes: `docs/architecture.md` → `docs/architecture.html`. */
  readonly pages: ReadonlyMap<string, string>;
  /** Address of the repository's files, for links to what is no page. */
  readonly repositoryUrl: string | undefined;
  /** Grows: files of the repository that the site needs beside its pages. */
  readonly assets: Set<string>;
}

const picture = /\.(?:png|jpe?g|gif|webp|svg)$/i;

/**
 * How a text's links lead on from a page: to pages, to pictures that come along, to the repository's address if there is one.
 *
 * @param source The file that the text stands in.
 * @param page The page that shows it.
 */
export function linksFrom(
  map: LinkMap,
  source: string,
  page: string,
  idPrefix = '',
): (href: string) => string | undefined {
  return (href) => {
    if (href.startsWith('#')) return `#${idPrefix}${href.slice(1)}`;
    if (/^(?:https?:|mailto:|data:image\/)/i.test(href)) return href;
    if (/^[a-z][a-z\d+.-]*:/i.test(href) || href.startsWith('//') || href === '') return undefined;
    const [path = '', fragment] = href.split('#', 2);
    const target = posix.normalize(posix.join(posix.dirname(source), decodeURI(path))).replace(/\/$/, '');
    const hash = fragment === undefined ? '' : `#${fragment}`;
    const known = map.pages.get(target) ?? map.pages.get(`${target}/README.md`);
    if (known !== undefined) return relativeLink(page, known) + hash;
    if (target.startsWith('..')) return undefined;
    if (picture.test(target) && existsSync(join(map.root, target))) {
      map.assets.add(target);
      return relativeLink(page, `assets/${target}`);
    }
    if (map.repositoryUrl === undefined || !existsSync(join(map.root, target))) return undefined;
    return `${map.repositoryUrl}/blob/main/${encodeURI(target)}${hash}`;
  };
}
