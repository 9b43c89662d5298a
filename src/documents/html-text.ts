/** Elements whose content nobody reads as text. */
const hiddenTags = new Set(
  'script style noscript template svg math iframe object canvas audio video select datalist dialog head'.split(
    ' ',
  ),
);
/** Elements that begin and end a line. */
const lineTags = new Set(
  'address article aside body dd div dl dt fieldset figcaption figure footer form header hgroup hr html legend li main nav option section summary details tr'.split(
    ' ',
  ),
);
/** Elements that stand between blank lines. */
const blockTags = new Set('blockquote h1 h2 h3 h4 h5 h6 ol p pre table ul'.split(' '));
const voidTags = new Set('area base br col embed hr img input link meta source track wbr'.split(' '));

/** The text so far, with at most one blank line between two blocks. */
class Lines {
  text = '';
  #pendingBreaks = 0;
  #pendingSpace = false;

  breakLine(count: 1 | 2): void {
    if (this.text !== '') this.#pendingBreaks = Math.max(this.#pendingBreaks, count);
    this.#pendingSpace = false;
  }

  /** Runs of white space become one space, as a browser shows them. */
  addText(text: string): void {
    for (const [word] of text.matchAll(/[^ \t\r\n\f]+|[ \t\r\n\f]+/g)) {
      if (/^[ \t\r\n\f]/.test(word)) this.#pendingSpace = this.#pendingBreaks === 0 && this.text !== '';
      else this.addRaw(word);
    }
  }

  addRaw(text: string): void {
    if (this.#pendingBreaks > 0) this.text += '\n'.repeat(this.#pendingBreaks);
    else if (this.#pendingSpace && !this.text.endsWith('\n')) this.text += ' ';
    this.#pendingBreaks = 0;
    this.#pendingSpace = false;
    this.text += text;
  }
}

/** Elements within elements. Real pages have some dozens; the parser's time grows with the square of it. */
const maxDepth = 4_000;

/** Collects the readable text of a page from the events of a parser. */
export class HtmlText {
  readonly #page = new Lines();
  /** What stands in `<main>`: where a page has one, the rest is navigation. */
  readonly #main = new Lines();
  #mainDepth = 0;
  #hidden: string[] = [];
  #inTitle = false;
  #title = '';
  #language = '';
  #preDepth = 0;
  #cells = 0;
  #depth = 0;

  onopentag(name: string, attributes: Readonly<Record<string, string>>): void {
    this.#depth += 1;
    if (this.#depth > maxDepth) throw new Error(`Its elements are nested more than ${maxDepth} deep`);
    if (name === 'html') this.#language = attributes['lang'] ?? attributes['xml:lang'] ?? '';
    if (name === 'title' && this.#title === '' && !this.#hidden.includes('svg')) this.#inTitle = true;
    if (this.#hidden.length > 0 || isHidden(name, attributes)) {
      if (!voidTags.has(name)) this.#hidden.push(name);
      return;
    }
    if (name === 'main') this.#mainDepth += 1;
    if (name === 'br') {
      if (this.#preDepth > 0) this.#addRaw('\n');
      else this.#breakLine(1);
    } else if (blockTags.has(name)) {
      this.#breakLine(name === 'ul' || name === 'ol' ? 1 : 2);
    } else if (lineTags.has(name)) {
      this.#breakLine(1);
    }
    const level = /^h([1-6])$/.exec(name)?.[1];
    if (level !== undefined) this.#addRaw(`${'#'.repeat(Number(level))} `);
    if (name === 'li') this.#addRaw('- ');
    if (name === 'tr') this.#cells = 0;
    if (name === 'td' || name === 'th') {
      if (this.#cells > 0) this.#addRaw(' | ');
      this.#cells += 1;
    }
    if (name === 'pre') {
      this.#preDepth += 1;
      if (this.#preDepth === 1) this.#addRaw('```\n');
    }
    if (name === 'img' && attributes['alt']) this.#addText(attributes['alt']);
  }

  ontext(text: string): void {
    if (this.#inTitle) this.#title += text;
    else if (this.#hidden.length > 0) return;
    else if (this.#preDepth > 0) this.#addRaw(text.replaceAll('\r\n', '\n'));
    else this.#addText(text);
  }

  onclosetag(name: string): void {
    this.#depth -= 1;
    if (name === 'title') this.#inTitle = false;
    if (this.#hidden.length > 0) {
      const at = this.#hidden.lastIndexOf(name);
      if (at >= 0) this.#hidden.length = at;
      return;
    }
    if (name === 'pre' && this.#preDepth > 0) {
      this.#preDepth -= 1;
      if (this.#preDepth === 0) this.#addRaw('\n```');
    }
    if (blockTags.has(name)) this.#breakLine(2);
    else if (lineTags.has(name)) this.#breakLine(1);
    if (name === 'main' && this.#mainDepth > 0) this.#mainDepth -= 1;
  }

  result(): { readonly text: string; readonly title: string; readonly language: string } {
    const best = this.#main.text.trim() === '' ? this.#page : this.#main;
    return {
      text: best.text.trim(),
      title: this.#title.replace(/\s+/g, ' ').trim(),
      language: this.#language.trim(),
    };
  }

  *#targets(): Generator<Lines> {
    yield this.#page;
    if (this.#mainDepth > 0) yield this.#main;
  }

  #addRaw(text: string): void {
    for (const lines of this.#targets()) lines.addRaw(text);
  }

  #addText(text: string): void {
    for (const lines of this.#targets()) lines.addText(text);
  }

  #breakLine(count: 1 | 2): void {
    for (const lines of this.#targets()) lines.breakLine(count);
  }
}

function isHidden(name: string, attributes: Readonly<Record<string, string>>): boolean {
  return hiddenTags.has(name) || attributes['hidden'] !== undefined || attributes['aria-hidden'] === 'true';
}
