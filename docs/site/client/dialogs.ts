import { element } from './elements.ts';
import { read, write } from './storage.ts';

/** What `search.js` leaves for the page. */
export interface Searcher {
  readonly open: () => void;
}

declare global {
  var courseSearcher: Searcher | undefined;
}

let loading = false;

/** Opens the search; its script and index are loaded the first time. */
export function openSearch(): void {
  if (globalThis.courseSearcher !== undefined) {
    globalThis.courseSearcher.open();
    return;
  }
  if (loading) return;
  loading = true;
  void Promise.all([load('search-index.js'), load('search.js')]).then(
    () => globalThis.courseSearcher?.open(),
    () => {
      loading = false;
    },
  );
}

function load(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = element('script', { src: (document.body.dataset['root'] ?? '') + name });
    // In the order asked for: the search reads what its index brings.
    script.async = false;
    script.addEventListener('load', () => resolve());
    script.addEventListener('error', () => reject(new Error(`${name} does not load`)));
    document.head.append(script);
  });
}

const keys: readonly (readonly [string, string])[] = [
  ['/ or Ctrl-K', 'search'],
  ['n', 'next page'],
  ['p', 'previous page'],
  ['?', 'this list'],
];

let help: HTMLDialogElement | undefined;

export function openHelp(): void {
  help ??= makeHelp();
  help.showModal();
}

function makeHelp(): HTMLDialogElement {
  const rows = keys.flatMap(([key, words]) => [element('dt', {}, element('kbd', {}, key)), element('dd', {}, words)]);
  const box = element('input', { type: 'checkbox' });
  box.checked = read('single-keys') !== 'off';
  box.addEventListener('change', () => write('single-keys', box.checked ? undefined : 'off'));
  const close = element('button', { type: 'button' }, 'Close');
  const dialog = element(
    'dialog',
    { class: 'help-dialog', 'aria-labelledby': 'help-title' },
    element('h2', { id: 'help-title' }, 'Keyboard'),
    element('dl', {}, ...rows),
    element('p', {}, element('label', {}, box, ' Single keys work (Ctrl-K always does)')),
    close,
  );
  close.addEventListener('click', () => dialog.close());
  document.body.append(dialog);
  return dialog;
}
