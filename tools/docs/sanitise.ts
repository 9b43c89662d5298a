import sanitizeHtml from 'sanitize-html';

const textTags = (
  'a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins ' +
  'kbd li mark meter ol p pre progress q rp rt ruby s samp section small span strong sub summary sup table tbody td tfoot th thead ' +
  'time tr u ul var wbr'
).split(' ');

const mathTags = (
  'math semantics annotation mrow mi mo mn ms mtext mspace msup msub msubsup mfrac msqrt mroot mover munder munderover mmultiscripts ' +
  'mprescripts mstyle mpadded mphantom menclose mtable mtr mtd'
).split(' ');

const mathAttributes = (
  'display mathvariant stretchy fence separator form lspace rspace width height depth voffset linethickness columnalign rowspacing ' +
  'columnspacing accent accentunder movablelimits largeop symmetric minsize maxsize notation encoding displaystyle scriptlevel'
).split(' ');

const tableAttributes = ['colspan', 'rowspan', 'scope', 'class'];

/** Inline styles are forbidden on the pages; the one that says something, the side of a column, becomes a class. */
function cell(tagName: string, { style = '', ...attributes }: sanitizeHtml.Attributes): sanitizeHtml.Tag {
  const side = /text-align:\s*(right|center)/.exec(style)?.[1];
  const attribs: sanitizeHtml.Attributes = {};
  for (const name of ['colspan', 'rowspan', 'scope']) {
    const value = attributes[name];
    if (value !== undefined) attribs[name] = value;
  }
  return { tagName, attribs: side === undefined ? attribs : { ...attribs, class: `is-${side}` } };
}

const shared: sanitizeHtml.IOptions = {
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesByTag: { img: ['data'] },
  allowProtocolRelative: false,
  disallowedTagsMode: 'discard',
  nonTextTags: ['style', 'script', 'textarea', 'option', 'noscript', 'title', 'template', 'iframe', 'object'],
};

const outputPolicy: sanitizeHtml.IOptions = {
  ...shared,
  allowedTags: [...textTags, ...mathTags],
  allowedAttributes: {
    a: ['href', 'title'],
    img: ['src', 'alt', 'width', 'height', 'title'],
    td: tableAttributes,
    th: tableAttributes,
    ol: ['start'],
    progress: ['value', 'max', 'aria-label'],
    meter: ['value', 'min', 'max', 'aria-label'],
    details: ['open'],
    time: ['datetime'],
    '*': ['lang', 'dir'],
    ...Object.fromEntries(mathTags.map((tag) => [tag, mathAttributes])),
  },
  transformTags: {
    td: cell,
    th: cell,
    // An address that a run made up must not be asked when a page is opened.
    img: (tagName, attributes) => {
      const attribs: sanitizeHtml.Attributes = { ...attributes, alt: attributes['alt'] ?? '' };
      if (!/^data:image\/(?:svg\+xml|png|jpeg|gif|webp)[;,]/i.test(attribs['src'] ?? ''))
        delete attribs['src'];
      return { tagName, attribs };
    },
    a: (tagName, attributes) => ({ tagName, attribs: { ...attributes, rel: 'noopener nofollow' } }),
    // Headings of an output are no headings of the chapter.
    ...Object.fromEntries(
      ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((tag) => [tag, sanitizeHtml.simpleTransform('p', {})]),
    ),
  },
  exclusiveFilter: (frame) => frame.tag === 'img' && frame.attribs['src'] === undefined,
};

/**
 * HTML that a notebook's cell put out, made harmless: no script, style, form, frame, id or handler, no address that the page
 * would load.
 */
export function sanitiseOutput(html: string): string {
  return headed(sanitizeHtml(html, outputPolicy));
}

const proseId = /^[\p{L}\p{N}_.:-]+$/u;
const proseAttributes = ['class', 'lang', 'dir', 'role', 'aria-label', 'aria-hidden', 'tabindex'];
/** What our own Markdown sets; a text's own HTML cannot dress up as a part of the page. */
const proseClasses = (
  'heading-link code scroll note note-title task no-page is-* language-* t-* ' +
  'footnotes footnotes-sep footnotes-list footnote-*'
).split(' ');

const prosePolicy: sanitizeHtml.IOptions = {
  ...shared,
  allowedTags: [...textTags, ...mathTags, 'input'],
  allowedAttributes: {
    a: ['href', 'title', 'rel', 'id'],
    li: ['id'],
    ...Object.fromEntries(['h1', 'h2', 'h3', 'h4'].map((tag) => [tag, ['id']])),
    img: ['src', 'alt', 'width', 'height', 'title', 'loading'],
    td: tableAttributes,
    th: tableAttributes,
    ol: ['start'],
    details: ['open'],
    input: [{ name: 'type', values: ['checkbox'] }, 'checked', 'disabled'],
    '*': proseAttributes,
    ...Object.fromEntries(mathTags.map((tag) => [tag, mathAttributes])),
  },
  allowedClasses: { '*': proseClasses },
  transformTags: {
    td: cell,
    th: cell,
    '*': (tagName, attributes) => {
      const { id, ...rest } = attributes;
      return { tagName, attribs: id !== undefined && proseId.test(id) ? { id, ...rest } : rest };
    },
    input: (tagName, attributes) => ({
      tagName,
      attribs: {
        type: 'checkbox',
        disabled: '',
        ...('checked' in attributes ? { checked: '' } : {}),
        'aria-label': attributes['aria-label'] ?? 'Task',
      },
    }),
  },
  // Pictures that came along, or lie in the text itself; any other would be missing, or asked for elsewhere.
  exclusiveFilter: ({ tag, attribs }) =>
    tag === 'img' && !/^(?:data:image\/|(?:\.\.\/)*assets\/)/.test(attribs['src'] ?? ''),
};

/** Written text as HTML, made harmless; keeps the ids and classes of our own Markdown. */
export function sanitiseProse(html: string): string {
  return headed(sanitizeHtml(html, prosePolicy));
}

/** A heading without words names nothing: to a screen reader it is better a plain cell. */
function headed(html: string): string {
  return html.replace(/<th((?:\s[^>]*)?)>\s*<\/th>/g, '<td$1></td>');
}
