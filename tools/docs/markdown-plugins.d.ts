// Plugins that bring no types of their own.
declare module 'markdown-it-container' {
  import type { MarkdownIt, Token } from 'markdown-it';
  const container: (
    markdown: MarkdownIt,
    name: string,
    options: { render: (tokens: Token[], index: number) => string },
  ) => void;
  export default container;
}

declare module 'markdown-it-footnote' {
  import type { MarkdownIt } from 'markdown-it';
  const footnote: (markdown: MarkdownIt) => void;
  export default footnote;
}
