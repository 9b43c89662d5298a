import MiniSearch from 'minisearch';
import type { Page } from './page.ts';
import { type SearchEntry, searchSettings } from '../../docs/site/client/search-settings.ts';

/** Longest text of a passage that is kept to be shown; all of it is searched. */
const longestSnippetSource = 1_200;

/** Every passage of every page, as a script file: pages opened as files cannot fetch, but can load a script. */
export function searchScript(pages: readonly Page[]): string {
  const entries: SearchEntry[] = [];
  for (const page of pages) {
    if (page.section === 'hidden') continue;
    for (const { id, heading, text } of page.outline.passages) {
      const isTitle = heading === '' || heading === page.outline.headings[0]?.text;
      entries.push({
        id: entries.length,
        page: page.title,
        heading: isTitle ? '' : heading,
        address: page.path + (isTitle || id === '' ? '' : `#${id}`),
        text: isTitle && text === '' ? page.description : text,
      });
    }
  }
  const index = new MiniSearch<SearchEntry>(searchSettings);
  index.addAll(entries);
  const shown = entries.map(({ page, heading, address, text }) => [
    page,
    heading,
    address,
    text.slice(0, longestSnippetSource),
  ]);
  return `globalThis.courseSearch=${JSON.stringify({ shown, index })};\n`;
}
