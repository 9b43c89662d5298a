import { createCssVariablesTheme, createHighlighterCore } from '@shikijs/core';
import { createOnigurumaEngine } from '@shikijs/engine-oniguruma';
import { escapeHtml } from './escape.ts';

/** Code as HTML with classes for colours; the text itself, escaped, for a language that is not known. */
export type Highlight = (code: string, language: string) => string;

const aliases: Readonly<Record<string, string>> = {
  ts: 'typescript',
  js: 'typescript',
  javascript: 'typescript',
  sh: 'shellscript',
  bash: 'shellscript',
  shell: 'shellscript',
  py: 'python',
  yml: 'yaml',
};

/**
 * Shiki with the languages that the course shows. Colours come as classes (`t-keyword`), not as styles, so that the
 * pages need no inline style and follow light and dark by themselves.
 */
export async function createHighlight(): Promise<Highlight> {
  const highlighter = await createHighlighterCore({
    themes: [createCssVariablesTheme({ name: 'course', variablePrefix: '--' })],
    langs: [
      import('@shikijs/langs/typescript'),
      import('@shikijs/langs/json'),
      import('@shikijs/langs/shellscript'),
      import('@shikijs/langs/python'),
      import('@shikijs/langs/sql'),
      import('@shikijs/langs/yaml'),
      import('@shikijs/langs/http'),
      import('@shikijs/langs/diff'),
    ],
    engine: createOnigurumaEngine(import('@shikijs/engine-oniguruma/wasm-inlined')),
  });
  const known = new Set(highlighter.getLoadedLanguages());
  return (code, language) => {
    const name = aliases[language] ?? language;
    if (!known.has(name)) return escapeHtml(code);
    const lines = highlighter.codeToTokensBase(code, { lang: name, theme: 'course' });
    return lines.map((tokens) => joinTokens(tokens)).join('\n');
  };
}

function joinTokens(tokens: readonly { readonly content: string; readonly color?: string }[]): string {
  const runs: { kind: string; text: string }[] = [];
  for (const { content, color } of tokens) {
    const kind = /--token-([a-z-]+)/.exec(color ?? '')?.[1] ?? '';
    const last = runs.at(-1);
    // Space has no colour: it goes with what stands before it.
    if (last !== undefined && (last.kind === kind || content.trim() === '')) last.text += content;
    else runs.push({ kind, text: content });
  }
  return runs
    .map(({ kind, text }) =>
      kind === '' ? escapeHtml(text) : `<span class="t-${kind}">${escapeHtml(text)}</span>`,
    )
    .join('');
}
