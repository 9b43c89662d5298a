import type { MarkdownIt } from 'markdown-it';

/** `- [ ]` and `- [x]` become check boxes that only show, as on GitHub. */
export function taskLists(markdown: MarkdownIt): void {
  markdown.core.ruler.after('inline', 'task_lists', (state) => {
    for (const [index, token] of state.tokens.entries()) {
      const found = /^\[([ xX])\]\s+/.exec(token.content);
      if (token.type !== 'inline' || found === null || state.tokens[index - 2]?.type !== 'list_item_open')
        continue;
      const first = token.children?.[0];
      if (first?.type !== 'text') continue;
      first.content = first.content.slice(found[0].length);
      const box = new state.Token('html_inline', '', 0);
      const isDone = found[1] !== ' ';
      box.content = `<input type="checkbox" disabled${isDone ? ' checked' : ''} aria-label="${isDone ? 'Done' : 'To do'}"> `;
      token.children!.unshift(box);
      state.tokens[index - 2]!.attrJoin('class', 'task');
    }
    return true;
  });
}

/** `> [!NOTE]` becomes a note, as on GitHub. */
export function alerts(markdown: MarkdownIt): void {
  markdown.core.ruler.after('block', 'alerts', (state) => {
    for (const [index, open] of state.tokens.entries()) {
      const line = state.tokens[index + 2];
      if (open.type !== 'blockquote_open' || line?.type !== 'inline') continue;
      const found = /^\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*(?:\n|$)/.exec(line.content);
      if (found === null) continue;
      line.content = line.content.slice(found[0].length);
      const kind = found[1]!.toLowerCase();
      open.tag = 'div';
      open.attrSet('class', `note is-${kind}`);
      const close = state.tokens.findIndex(
        (token, at) => at > index && token.type === 'blockquote_close' && token.level === open.level,
      );
      state.tokens[close]!.tag = 'div';
      const title = new state.Token('html_block', '', 0);
      title.content = `<p class="note-title">${kind[0]!.toUpperCase()}${kind.slice(1)}</p>\n`;
      state.tokens.splice(index + 1, 0, title);
    }
    return true;
  });
}
