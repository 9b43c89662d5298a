import type { ApiItem, ApiMember, ApiRoom, ApiTag } from './api-model.ts';
import { escapeHtml } from './escape.ts';
import type { Highlight } from './highlight.ts';
import { codeBlock, type RenderMarkdown, type TextPlace } from './markdown.ts';

export interface ApiTools {
  readonly highlight: Highlight;
  readonly markdown: RenderMarkdown;
  readonly place: TextPlace;
  /** Where a name of the API is explained, from this page. */
  readonly linkTo: (name: string) => string | undefined;
  /** Address of a line of a source file; undefined if the repository has none. */
  readonly sourceLink: (file: string, line: number) => string | undefined;
}

/** What each room is for, in a line. */
const roomWords: Readonly<Record<string, string>> = {
  iter: 'Operators on (async) iterables, and the clock they share: map with a window, merge, batch, buffer, retry, limits.',
  documents: 'Files, folders, globs and addresses become documents.',
  chunking: 'Documents become chunks that know their exact place.',
  embedding: 'Texts become vectors.',
  retrieval: 'Questions find chunks: by meaning, by words, by both; and measures of how well.',
  generation: 'Chunks become a prompt, and a prompt becomes a stream of tokens with citations.',
  service: 'The whole row behind one call, in the process and over HTTP.',
  endpoint: 'The local OpenAI-compatible endpoint.',
  workbook: 'What only the notebooks need: pictures, checks, the local endpoint.',
};

export function roomDescription(name: string): string {
  return roomWords[name] ?? `The public API of ${name}.`;
}

const kindWords = {
  function: 'function',
  class: 'class',
  interface: 'interface',
  type: 'type',
  constant: 'constant',
};

/** One room of the library as an article. */
export function roomHtml(room: ApiRoom, tools: ApiTools): string {
  const items = room.items.map((item) => itemHtml(item, tools)).join('\n');
  return (
    `<h1 id="${escapeHtml(room.name)}"><code>${escapeHtml(room.name)}</code></h1>\n` +
    `<p class="lead">${escapeHtml(roomDescription(room.name))}</p>\n` +
    `<p class="import no-search">Imported from <code>${escapeHtml(room.module)}</code>.</p>\n${items}`
  );
}

function itemHtml(item: ApiItem, tools: ApiTools): string {
  const id = escapeHtml(item.name);
  tools.place.ids.add(item.name);
  const address = tools.sourceLink(item.file, item.line);
  const place = `${item.file}:${item.line}`;
  const source =
    address === undefined
      ? `<code>${escapeHtml(place)}</code>`
      : `<a href="${escapeHtml(address)}">${escapeHtml(place)}</a>`;
  return (
    `<section class="api"><h2 id="${id}"><a class="heading-link" href="#${id}">${id}</a></h2>` +
    `<p class="kind no-search"><span>${kindWords[item.kind]}</span> ${source}</p>\n` +
    codeBlock(item.signature, 'typescript', tools.highlight) +
    prose(item.text, tools) +
    tagsHtml(item.tags, tools) +
    membersHtml(item.members, tools) +
    '</section>'
  );
}

function membersHtml(members: readonly ApiMember[], tools: ApiTools): string {
  if (members.length === 0) return '';
  const rows = members.map(
    (member) =>
      `<dt>${inlineCode(member.signature, tools.highlight)}</dt>` +
      `<dd>${prose(member.text, tools)}${tagsHtml(member.tags, tools)}</dd>`,
  );
  return `<dl class="members">${rows.join('\n')}</dl>\n`;
}

function inlineCode(code: string, highlight: Highlight): string {
  return `<code class="signature">${highlight(code, 'typescript')}</code>`;
}

const tagTitles: Readonly<Record<string, string>> = {
  param: 'Parameters',
  returns: 'Returns',
  throws: 'Throws',
  default: 'Default',
  see: 'See',
};

function tagsHtml(tags: readonly ApiTag[], tools: ApiTools): string {
  const groups: string[] = [];
  for (const [tag, title] of Object.entries(tagTitles)) {
    const found = tags.filter((one) => one.tag === tag);
    if (found.length === 0) continue;
    const lines = found.map(({ name, text }) => {
      const words = tag === 'default' ? `<code>${escapeHtml(text)}</code>` : inlineProse(text, tools);
      return name === undefined ? `<dd>${words}</dd>` : `<dd><code>${escapeHtml(name)}</code> ${words}</dd>`;
    });
    groups.push(`<dt>${title}</dt>${lines.join('')}`);
  }
  const list = groups.length === 0 ? '' : `<dl class="tags">${groups.join('')}</dl>\n`;
  const examples = tags
    .filter(({ tag }) => tag === 'example')
    .map(({ text }) => codeBlock(text.replace(/^```\w*\n|\n?```$/g, ''), 'typescript', tools.highlight));
  return list + examples.join('');
}

function inlineProse(text: string, tools: ApiTools): string {
  return prose(text, tools).replace(/^<p>|<\/p>\s*$/g, '');
}

function prose(text: string, tools: ApiTools): string {
  const linked = text.replace(
    /\{@link\s+([^\s}|]+)(?:[\s|]+([^}]+))?\}/g,
    (_, name: string, words?: string) => {
      const href = tools.linkTo(name);
      const label = words === undefined ? `\`${name}\`` : words.trim();
      return href === undefined ? label : `[${label}](${href})`;
    },
  );
  return linked.trim() === '' ? '' : tools.markdown(linked, tools.place);
}
