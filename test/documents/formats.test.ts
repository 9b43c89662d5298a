import { describe, expect, it } from 'vitest';
import { loadDocuments } from '../../src/documents/load-documents.ts';
import { makePdf } from './make-pdf.ts';
import { collect, temporaryFolder } from './temporary-folder.ts';

async function loadOne(name: string, content: string | Uint8Array) {
  const folder = await temporaryFolder({ [name]: content });
  const { documents, errors } = await collect(loadDocuments(folder));
  if (errors.length > 0) throw errors[0]!;
  expect(documents.length).toBe(1);
  return documents[0]!;
}

describe('Markdown', () => {
  it('should make metadata of front matter, keep the text as written and say where it begins', async () => {
    const text = '---\ntitle: Tides\nlanguage: en\ntags: [sea, moon]\n---\n\n# Heading\n\nBody.';
    const document = await loadOne('tides.md', text);
    expect(document).toMatchObject({
      text,
      contentStart: 52,
      bytes: { encoding: 'utf-8', offset: 0 },
      metadata: { title: 'Tides', language: 'en', tags: ['sea', 'moon'], mediaType: 'text/markdown' },
    });
    expect(text.slice(document.contentStart)).toBe('\n# Heading\n\nBody.');
  });

  it('should take the first heading as the title, but not one in code', async () => {
    expect(await loadOne('a.md', '```sh\n# a comment\n```\n\n## Real title ##\n')).toMatchObject({
      metadata: { title: 'Real title' },
    });
  });

  it.each(['---\nno end', '--- \ntext', 'text\n---\na: b\n---\n', ''])(
    'should take %j as text',
    async (text) => {
      expect(await loadOne('a.md', text)).toMatchObject({ text });
      expect((await loadOne('a.md', text)).contentStart).toBeUndefined();
    },
  );

  it('should load a text whose front matter is broken, and say so', async () => {
    const document = await loadOne('a.md', '---\na: [1, 2\n---\nBody.');
    expect(document.metadata['frontMatterError']).toMatch(/flow/i);
    expect(await loadOne('a.md', '---\n- list\n---\n')).toMatchObject({
      metadata: { frontMatterError: expect.stringContaining('not a list') },
    });
  });

  it('should not let front matter pretend another source', async () => {
    const document = await loadOne('a.md', '---\nsource: /etc/passwd\n---\n');
    expect(document.metadata['source']).toMatch(/a\.md$/);
  });
});

describe('HTML', () => {
  it('should keep what is read, headings, lists, tables and code marked, and leave out the rest', async () => {
    const html = `<!doctype html><html lang="en"><head><title>Tides &amp; moon</title><style>p{}</style></head>
      <body><nav>Home</nav><main><h1>Tides</h1><p>The   sea
      rises<br>and falls.</p><script>alert(1)</script>
      <ul><li>High</li><li>Low</li></ul>
      <table><tr><th>Day</th><th>Height</th></tr><tr><td>1</td><td>2&nbsp;m</td></tr></table>
      <pre>code  here
  indented</pre><div hidden>secret</div></main><footer>Imprint</footer></body></html>`;
    expect(await loadOne('tides.html', html)).toMatchObject({
      text: '# Tides\n\nThe sea rises\nand falls.\n\n- High\n- Low\n\nDay | Height\n1 | 2\u00a0m\n\n```\ncode  here\n  indented\n```',
      metadata: { title: 'Tides & moon', language: 'en', mediaType: 'text/html' },
    });
  });

  it('should read the whole page where there is no main part, however broken', async () => {
    expect((await loadOne('a.htm', '<p>One<p>Two <b>bold</i> &lt;three</p><div>Four')).text).toBe(
      'One\n\nTwo bold <three\n\nFour',
    );
  });

  it('should read a page nested thousands deep, and refuse one nested without measure', async () => {
    expect((await loadOne('deep.html', `${'<div>'.repeat(3_000)}bottom`)).text).toBe('bottom');
    await expect(loadOne('endless.html', '<div>'.repeat(1_000_000))).rejects.toMatchObject({
      code: 'format',
      message: expect.stringContaining('nested more than 4000 deep'),
    });
  });

  it('should believe the encoding that a page names, and the bytes where it is wrong', async () => {
    const page = (charset: string) => `<meta charset="${charset}"><p>`;
    const latin = Buffer.concat([Buffer.from(page('iso-8859-1')), Buffer.from([0xe9, 0x74, 0xe9])]);
    expect((await loadOne('a.html', latin)).text).toBe('été');
    const wrong = Buffer.from(`${page('shift_jis')}潮汐是海水的周期性涨落。`);
    expect((await loadOne('b.html', wrong)).text).toContain('潮汐');
  });
});

describe('PDF', () => {
  it('should give the text of its pages, where each begins, and its title', async () => {
    const document = await loadOne('tides.pdf', makePdf(['The sea (rises).', 'The sea falls.'], 'Tides'));
    expect(document).toMatchObject({
      text: 'The sea (rises).\n\nThe sea falls.',
      metadata: { title: 'Tides', pages: [0, 18], mediaType: 'application/pdf' },
    });
    expect(document.bytes).toBeUndefined();
  });

  it('should know a PDF by its first bytes, whatever it is called', async () => {
    const document = await loadOne('tides.txt', makePdf(['The sea rises.']));
    expect(document.text).toBe('The sea rises.');
  });

  it('should name a PDF without text', async () => {
    await expect(loadOne('scan.pdf', makePdf(['']))).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('it may be a scan'),
    });
  });
});

describe('notebooks', () => {
  it('should give their Markdown and code, code in fences that it cannot close', async () => {
    const notebook = {
      nbformat: 4,
      metadata: { language_info: { name: 'typescript' } },
      cells: [
        { cell_type: 'markdown', source: ['# Streams\n', 'Text.'] },
        { cell_type: 'code', source: 'const fence = "```";', outputs: [{ text: 'left out' }] },
        { cell_type: 'code', source: [] },
        null,
      ],
    };
    expect(await loadOne('a.ipynb', JSON.stringify(notebook))).toMatchObject({
      text: '# Streams\nText.\n\n````typescript\nconst fence = "```";\n````',
      metadata: { title: 'Streams' },
    });
  });

  it.each(['{', '[]', 'null', '{"worksheets":[]}', '{"cells":{}}'])('should refuse %s', async (text) => {
    await expect(loadOne('a.ipynb', text)).rejects.toMatchObject({ code: 'format' });
  });
});

describe('JSON Lines', () => {
  it('should give a document a line, and an error for each bad one', async () => {
    const lines = [
      '{"text":"one","page":1}',
      '',
      '{"content":"two"}',
      '{"n":1}',
      'nonsense',
      '"three"\r',
      '[1]',
    ];
    const folder = await temporaryFolder({ 'a.jsonl': lines.join('\n') });
    const { documents, errors } = await collect(loadDocuments(folder));
    expect(documents).toMatchObject([
      { id: 'a.jsonl#1', text: 'one', metadata: { page: 1 } },
      { id: 'a.jsonl#3', text: 'two' },
      { id: 'a.jsonl#6', text: 'three' },
    ]);
    expect(errors.map(({ message }) => /Line \d/.exec(message)?.[0])).toEqual(['Line 4', 'Line 5', 'Line 7']);
  });
});
