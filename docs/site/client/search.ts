// The search: loaded the first time that it is opened.
import MiniSearch, { type AsPlainObject } from 'minisearch';
import { inEnglish } from './chinese-words.ts';
import { element } from './elements.ts';
import { type SearchEntry, searchSettings } from './search-settings.ts';
import { snippet } from './snippet.ts';

declare global {
  /** What `search-index.js` brings: page, heading, address and text of every passage, and the index over them. */
  var courseSearch: { shown: [string, string, string, string][]; index: AsPlainObject };
}

const { shown, index } = globalThis.courseSearch;
const passages = MiniSearch.loadJS<SearchEntry>(index, searchSettings);
const most = 20;
const isHan = /\p{Script=Han}/u;

const dialog = element('dialog', { class: 'search-dialog', 'aria-label': 'Search the course' });
const field = element('input', {
  type: 'search',
  role: 'combobox',
  'aria-label': 'Search',
  'aria-expanded': 'false',
  'aria-controls': 'search-results',
  'aria-autocomplete': 'list',
  autocomplete: 'off',
  spellcheck: 'false',
  placeholder: 'Search · 搜索',
});
const list = element('div', { id: 'search-results', role: 'listbox', 'aria-label': 'Results' });
const status = element('p', { role: 'status', class: 'search-status' });
const close = element('button', { type: 'button', class: 'search-close' }, 'Close');
dialog.append(element('div', { class: 'search-top' }, field, close), status, list);
document.body.append(dialog);

let chosen = -1;

function search(words: string): { id: number; terms: readonly string[] }[] {
  const settings = {
    boost: { page: 2, heading: 3 },
    prefix: (term: string) => term.length > 1 && !isHan.test(term),
    fuzzy: (term: string) => (term.length > 3 && !isHan.test(term) ? 0.2 : false),
  };
  const english = inEnglish(words);
  const ways = english === undefined ? [words] : [words, english];
  const every = ways.flatMap((way) => passages.search(way, { ...settings, combineWith: 'AND' }));
  const found = every.length > 0 ? every : ways.flatMap((way) => passages.search(way, settings));
  const once = new Map(found.map((one) => [one.id as number, one]));
  return [...once.values()].slice(0, most).map(({ id, terms }) => ({ id: id as number, terms }));
}

function show(): void {
  const words = field.value.trim();
  const found = words === '' ? [] : search(words);
  list.replaceChildren(
    ...found.map(({ id, terms }, at) => {
      const [page, heading, address, text] = shown[id]!;
      const link = element('a', {
        href: (document.body.dataset['root'] ?? '') + address,
        role: 'option',
        id: `result-${at}`,
        'aria-selected': 'false',
        tabindex: '-1',
      });
      const title = element('span', { class: 'result-title' }, heading || page);
      const where = element('span', { class: 'result-page' }, heading === '' ? '' : page);
      link.append(title, where, element('span', { class: 'result-text' }, ...snippet(text, words, terms)));
      return link;
    }),
  );
  field.setAttribute('aria-expanded', String(found.length > 0));
  if (words === '') status.textContent = '';
  else if (found.length === 0) status.textContent = 'Nothing found';
  else status.textContent = found.length === most ? `The best ${most}` : `${found.length} found`;
  choose(found.length > 0 ? 0 : -1);
}

function choose(at: number): void {
  list.children[chosen]?.setAttribute('aria-selected', 'false');
  chosen = at;
  const option = list.children[at];
  if (option === undefined) {
    field.removeAttribute('aria-activedescendant');
    return;
  }
  option.setAttribute('aria-selected', 'true');
  field.setAttribute('aria-activedescendant', option.id);
  option.scrollIntoView({ block: 'nearest' });
}

field.addEventListener('input', show);
field.addEventListener('keydown', (event) => {
  if (event.isComposing) return;
  const { length } = list.children;
  if (event.key === 'ArrowDown' && length > 0) choose((chosen + 1) % length);
  else if (event.key === 'ArrowUp' && length > 0) choose((chosen - 1 + length) % length);
  else if (event.key === 'Enter') list.querySelectorAll('a')[chosen]?.click();
  else return;
  event.preventDefault();
});
list.addEventListener('click', () => dialog.close());
close.addEventListener('click', () => dialog.close());
dialog.addEventListener('click', ({ target }) => {
  if (target === dialog) dialog.close();
});

globalThis.courseSearcher = {
  open() {
    if (!dialog.open) dialog.showModal();
    field.focus();
    field.select();
  },
};
