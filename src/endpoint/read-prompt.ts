import type { WireMessage } from './wire.ts';

export interface GivenSource {
  readonly number: number;
  readonly text: string;
}

/** What a conversation asks, and the passages it gives to answer from. */
export interface AskedQuestion {
  readonly question: string;
  readonly sources: readonly GivenSource[];
}

/**
 * Finds the question and the numbered sources in the last user message:
 *
 * 1. `<source-x number="1">…</source-x>` (any suffix or none; `number`, `id` or `index`) and `<question-x>…</question-x>`,
 *    what this library's prompts hold; without a question tag, the text outside the sources is the question;
 * 2. else paragraphs that start with `[1]`;
 * 3. else a line `Question:` or `问题：`, and all before it as one source.
 */
export function readPrompt(messages: readonly WireMessage[]): AskedQuestion {
  const asked = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  const tagged = readTags(asked);
  if (tagged.sources.length > 0 || tagged.hasQuestionTag) return tagged;
  const numbered = readNumbered(asked);
  if (numbered.sources.length > 0) return numbered;
  const { question, rest } = splitQuestion(asked);
  return { question, sources: rest === '' ? [] : [{ number: 1, text: rest }] };
}

const openTag = /<((?:source|question)(?:-[\w-]+)?)((?:\s+[\w-]+=(?:"[^"]*"|[^\s<>"]+))*)\s*>/gu;

function readTags(text: string): AskedQuestion & { readonly hasQuestionTag: boolean } {
  const sources: GivenSource[] = [];
  let question: string | undefined;
  let outside = '';
  let from = 0;
  openTag.lastIndex = 0;
  for (let open = openTag.exec(text); open !== null; open = openTag.exec(text)) {
    const [whole, tag = '', attributes = ''] = open;
    const start = open.index + whole.length;
    // Nothing inside is looked at: only the very same tag ends it.
    const end = text.indexOf(`</${tag}>`, start);
    if (end < 0) continue;
    const content = text.slice(start, end).trim();
    outside += text.slice(from, open.index);
    from = end + tag.length + 3;
    openTag.lastIndex = from;
    if (tag.startsWith('question')) question = content;
    else {
      const number = /\b(?:number|id|index)="?(\d{1,4})"?/u.exec(attributes)?.[1];
      sources.push({ number: number === undefined ? sources.length + 1 : Number(number), text: content });
    }
  }
  outside += text.slice(from);
  return {
    question: question ?? splitQuestion(outside).question,
    sources,
    hasQuestionTag: question !== undefined,
  };
}

function readNumbered(text: string): AskedQuestion {
  const sources: GivenSource[] = [];
  const others: string[] = [];
  for (const paragraph of text.split(/\n\s*\n/u)) {
    const [whole, number] = /^\s*\[(\d{1,4})\]\s+/u.exec(paragraph) ?? [];
    if (whole === undefined) others.push(paragraph);
    else sources.push({ number: Number(number), text: paragraph.slice(whole.length).trim() });
  }
  return { question: splitQuestion(others.join('\n\n')).question, sources };
}

function splitQuestion(text: string): { question: string; rest: string } {
  const label = [...text.matchAll(/^\s*(?:question|问题)\s*[:：]/gimu)].at(-1);
  if (label === undefined) return { question: text.trim(), rest: '' };
  const after = text.slice(label.index + label[0].length);
  const question = /^(.*?)(?:\n\s*(?:helpful )?(?:answer|回答|答案)\s*[:：]|$)/isu.exec(after)?.[1] ?? after;
  return { question: question.trim(), rest: text.slice(0, label.index).trim() };
}
