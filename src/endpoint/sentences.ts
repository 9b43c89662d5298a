/** A sentence of a source that could answer a question by itself. */
export interface SourceSentence {
  /** As it stands in the source, its white space single. */
  readonly text: string;
  /** The heading above it, or ''. */
  readonly heading: string;
}

const fence = /^\s*(?:```|~~~)\s*(\S*)/u;
const frontMatter = /^---\r?\n(?:[^\n]*\n){0,40}?---\r?\n/u;
const headingLine = /^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$/u;
/** Tables, rules, front matter fences, link definitions, HTML on a line of its own. */
const noProse = /^\s*(?:\||[-=*_]{3,}\s*$|\[[^\]]+\]:\s|<\/?[a-z!][^>]*>\s*$)/iu;
/** Code that stands without a fence, as in a slice from the middle of a block. */
const codeLine =
  /^\s*(?:\/\/|\/\*|#!|\$ |(?:import|export|const|let|var|function|class|return|await|async|if|for)\b.*[;{(]\s*$|[})\]])|[;{]\s*$/u;
const itemMark = /^\s*(?:>\s?)*(?:[-*+•]\s+|\d{1,3}[.)]\s+)?(?:\[[ xX]\]\s+)?/u;

/** Sentences of a Markdown or plain text in their order; headings, code blocks, tables and link lists are left out. */
export function sourceSentences(text: string): SourceSentence[] {
  const sentences: SourceSentence[] = [];
  let heading = '';
  let paragraph: string[] = [];
  const lines = text.replace(frontMatter, '').split(/\r\n|\r|\n/u);
  let inCode = startsInCode(lines);
  const endParagraph = () => {
    for (const sentence of splitSentences(paragraph.join(' '))) {
      if (isProse(sentence)) sentences.push({ text: sentence, heading });
    }
    paragraph = [];
  };
  for (const line of lines) {
    const title = headingLine.exec(line)?.[1];
    if (fence.test(line)) {
      endParagraph();
      inCode = !inCode;
    } else if (inCode) {
      continue;
    } else if (title !== undefined) {
      endParagraph();
      heading = title;
    } else if (line.trim() === '' || noProse.test(line) || codeLine.test(line)) {
      endParagraph();
    } else {
      const mark = itemMark.exec(line)?.[0] ?? '';
      if (mark.trim() !== '') endParagraph();
      paragraph.push(line.slice(mark.length).trim());
    }
  }
  endParagraph();
  return sentences;
}

/**
 * A slice may begin inside a code block. A fence that names a language opens one: if, read from outside, such a fence would
 * close, the slice begins inside. Where none names any, an odd number tells the same.
 */
function startsInCode(lines: readonly string[]): boolean {
  const languages = lines.map((line) => fence.exec(line)?.[1]).filter((language) => language !== undefined);
  const fitsFrom = (firstCloser: 0 | 1) =>
    languages.every((language, index) => index % 2 !== firstCloser || language === '');
  if (fitsFrom(1) && fitsFrom(0)) return languages.length % 2 === 1;
  return fitsFrom(0);
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' });
const abbreviation =
  /(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|Dr|Mr|Mrs|Ms|St|No|Fig|Eq|Vol|pp?)\.|\b\p{Lu}\.)\s*$/u;

/** Unicode's rule (UAX 29, SB8) sees no sentence start before a small letter in code. */
const beforeCode = /(?<=[.!?]["'”’)\]*_]{0,3}\s)(?=[*_"“(]{0,3}`)/u;

function splitSentences(paragraph: string): string[] {
  const sentences: string[] = [];
  let open = '';
  const segments = Array.from(segmenter.segment(paragraph), ({ segment }) => segment);
  for (const part of segments.flatMap((segment) => segment.split(beforeCode))) {
    // The end of emphasis belongs to what it emphasised: `**So.** It goes on.`
    const [closing = ''] = /^[*_]{1,3}\s+/u.exec(part) ?? [];
    open += closing;
    const segment = part.slice(closing.length);
    // A sentence does not start in the middle of code, after an abbreviation, or with a small letter.
    const goesOn = open !== '' && (abbreviation.test(open) || hasOpenCode(open) || /^\p{Ll}/u.test(segment));
    if (!goesOn && open !== '') {
      sentences.push(open);
      open = '';
    }
    open += segment;
  }
  if (open !== '') sentences.push(open);
  return sentences.map((sentence) => sentence.replaceAll(/\s+/gu, ' ').trim());
}

const hasOpenCode = (text: string) => (text.match(/`/gu)?.length ?? 0) % 2 === 1;

/** Long enough to say something, short enough to quote, and not mostly addresses and marks. */
function isProse(sentence: string): boolean {
  if (sentence.length > 600 || hasOpenCode(sentence)) return false;
  const words = sentence.replaceAll(/!?\[([^\]]*)\]\([^)]*\)|https?:\/\/\S+|<[^>]+>/gu, '$1');
  const letters = words.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  const chinese = words.match(/\p{Script=Han}/gu)?.length ?? 0;
  if (letters < sentence.length * 0.45) return false;
  const codeMarks = words.replaceAll(/`[^`]*`/gu, '').match(/[{};=<>|\\]/gu)?.length ?? 0;
  if (codeMarks * 25 > sentence.length) return false;
  return chinese >= 6 || (words.match(/[\p{L}\p{N}]+/gu)?.length ?? 0) >= 4;
}
