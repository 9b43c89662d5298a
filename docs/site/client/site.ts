// The one script of every page. The pages are whole without it.
import { read, write } from './storage.ts';
import { openHelp, openSearch } from './dialogs.ts';

const root = document.documentElement;
root.classList.add('has-script');
const showTheme = (theme: string): void => {
  if (theme === 'light' || theme === 'dark') root.dataset['theme'] = theme;
  else delete root.dataset['theme'];
};
// Before the first paint.
showTheme(read('theme') ?? 'system');

document.addEventListener('DOMContentLoaded', () => {
  setUpTools();
  setUpProgress();
  setUpGuesses();
  setUpCopying();
  setUpOutline();
  setUpKeys();
  setUpPrinting();
});

function setUpTools(): void {
  const tools = document.querySelector<HTMLElement>('.tools')!;
  tools.hidden = false;
  const select = tools.querySelector<HTMLSelectElement>('.theme-select')!;
  select.value = read('theme') ?? 'system';
  select.addEventListener('change', () => {
    write('theme', select.value === 'system' ? undefined : select.value);
    showTheme(select.value);
  });
  tools.querySelector('.search-button')!.addEventListener('click', openSearch);
  // The contents of a long course begin where the reader is.
  const contents = document.querySelector<HTMLElement>('#contents');
  const current = contents?.querySelector<HTMLElement>('[aria-current]');
  if (contents && current && current.offsetTop > contents.clientHeight - 60)
    contents.scrollTop = current.offsetTop - contents.clientHeight / 2;
}

function setUpProgress(): void {
  for (const link of document.querySelectorAll<HTMLElement>('.contents [data-chapter]')) markRead(link);
  const chapter = document.body.dataset['chapter'];
  const line = document.querySelector<HTMLElement>('.mark-read');
  const box = document.querySelector<HTMLInputElement>('.read-box');
  if (chapter === undefined || line === null || box === null) return;
  line.hidden = false;
  box.checked = read(`read:${chapter}`) !== undefined;
  box.addEventListener('change', () => {
    write(`read:${chapter}`, box.checked ? '1' : undefined);
    const link = [...document.querySelectorAll<HTMLElement>('.contents [data-chapter]')].find(
      (one) => one.dataset['chapter'] === chapter,
    );
    if (link) markRead(link);
  });
}

function markRead(link: HTMLElement): void {
  const isRead = read(`read:${link.dataset['chapter']}`) !== undefined;
  link.querySelector('.done')?.remove();
  link.classList.toggle('is-read', isRead);
  if (!isRead) return;
  const mark = document.createElement('span');
  mark.className = 'done';
  mark.setAttribute('role', 'img');
  mark.setAttribute('aria-label', 'read');
  mark.textContent = ' ✓';
  link.append(mark);
}

function setUpGuesses(): void {
  const page = document.body.dataset['chapter'] ?? '';
  for (const field of document.querySelectorAll<HTMLInputElement>('.guess')) {
    field.value = read(`guess:${page}#${field.id}`) ?? '';
    field.addEventListener('input', () => write(`guess:${page}#${field.id}`, field.value));
    field.addEventListener('keydown', ({ key, isComposing }) => {
      if (key !== 'Enter' || isComposing) return;
      const reveal = field.closest('.cell')?.querySelector('details');
      if (reveal) reveal.open = true;
    });
  }
}

function setUpCopying(): void {
  const said = document.createElement('p');
  said.className = 'unseen';
  said.setAttribute('role', 'status');
  document.body.append(said);
  for (const block of document.querySelectorAll<HTMLElement>('.code')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = 'Copy';
    button.setAttribute('aria-label', 'Copy this code');
    button.addEventListener('click', () => {
      void copy(block.querySelector('pre')?.textContent ?? '').then((worked) => {
        button.textContent = worked ? 'Copied' : 'Not copied';
        said.textContent = worked ? 'Copied' : 'The browser does not let this page copy';
        setTimeout(() => {
          button.textContent = 'Copy';
          said.textContent = '';
        }, 1500);
      });
    });
    block.append(button);
  }
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Pages opened as files may have no clipboard of that kind.
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'unseen';
  document.body.append(area);
  area.select();
  const worked = document.execCommand('copy');
  area.remove();
  return worked;
}

/** Marks the heading that the reader is under. */
function setUpOutline(): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('.outline a')];
  const headings = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  if (links.length === 0) return;
  let waits = false;
  const mark = () => {
    waits = false;
    const isAtEnd = innerHeight + scrollY >= root.scrollHeight - 2 && scrollY > 0;
    let at = isAtEnd ? links.length - 1 : headings.findLastIndex((one) => one && one.getBoundingClientRect().top < 120);
    if (at < 0) at = 0;
    for (const [index, link] of links.entries()) {
      if (index === at) link.setAttribute('aria-current', 'location');
      else link.removeAttribute('aria-current');
    }
    const box = document.querySelector<HTMLElement>('.outline');
    const { offsetTop = 0 } = links[at] ?? {};
    if (box && (offsetTop < box.scrollTop + 40 || offsetTop > box.scrollTop + box.clientHeight - 60))
      box.scrollTop = offsetTop - box.clientHeight / 2;
  };
  addEventListener(
    'scroll',
    () => {
      if (!waits) requestAnimationFrame(mark);
      waits = true;
    },
    { passive: true },
  );
  mark();
}

function setUpKeys(): void {
  document.addEventListener('keydown', (event) => {
    const { key, target } = event;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && key.toLowerCase() === 'k') {
      event.preventDefault();
      openSearch();
      return;
    }
    const isTyping = target instanceof HTMLElement && target.closest('input, textarea, select, dialog') !== null;
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping || event.isComposing) return;
    // Single keys can be switched off: speech input may type them by chance (WCAG 2.1.4).
    if (read('single-keys') === 'off') return;
    const actions: Readonly<Record<string, () => void>> = {
      '/': openSearch,
      '?': openHelp,
      n: () => document.querySelector<HTMLElement>('.way [rel=next]')?.click(),
      p: () => document.querySelector<HTMLElement>('.way [rel=prev]')?.click(),
    };
    const action = actions[key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}

/** On paper nothing can be opened. */
function setUpPrinting(): void {
  let opened: HTMLDetailsElement[] = [];
  addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll<HTMLDetailsElement>('details:not([open])')];
    for (const details of opened) details.open = true;
  });
  addEventListener('afterprint', () => {
    for (const details of opened) details.open = false;
  });
}
