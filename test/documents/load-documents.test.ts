import { execFileSync, spawnSync } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadDocuments, type LoadProgress } from '../../src/documents/load-documents.ts';
import { readWholeFile } from '../../src/documents/read-file.ts';
import { collect, temporaryFolder } from './temporary-folder.ts';

const isWindows = process.platform === 'win32';

describe('loadDocuments', () => {
  it('should load a folder in the order of its names, with ids relative to it', async () => {
    const folder = await temporaryFolder({
      'b.md': '# B',
      'a.txt': 'a',
      'a/z.md': 'z',
      'a/b/c.md': 'c',
      'B.md': 'capital',
      'picture.png': 'not a text',
      '.hidden/x.md': 'hidden',
      'node_modules/p/README.md': 'package',
    });
    expect((await collect(loadDocuments(folder))).ids).toEqual([
      'B.md',
      'a/b/c.md',
      'a/z.md',
      'a.txt',
      'b.md',
    ]);
    expect((await collect(loadDocuments(`${folder}/`))).ids).toContain('a/z.md');
  });

  it('should keep the order of the input, whatever finishes first', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [
        `${String(index).padStart(2, '0')}.txt`,
        'x'.repeat(index % 2 === 0 ? 400_000 : 1),
      ]),
    );
    const folder = await temporaryFolder(files);
    const { ids } = await collect(loadDocuments(folder, { concurrency: 16 }));
    expect(ids).toEqual(Object.keys(files));
  });

  it('should tell several sources apart, and load what two of them name only once', async () => {
    const folder = await temporaryFolder({ 'a/README.md': 'a', 'b/README.md': 'b' });
    const sources = [join(folder, 'a'), join(folder, 'b'), join(folder, 'a', 'README.md')];
    const { documents, ids } = await collect(loadDocuments(sources));
    expect(documents.map(({ text }) => text)).toEqual(['a', 'b']);
    expect(ids.map((id) => id.slice(-11))).toEqual(['a/README.md', 'b/README.md']);
  });

  it('should load one file by its name, by its URL, and whatever its extension', async () => {
    const folder = await temporaryFolder({ 'notes.md': '# Notes', LICENSE: 'free' });
    expect((await collect(loadDocuments(join(folder, 'notes.md')))).ids).toEqual(['notes.md']);
    expect((await collect(loadDocuments(pathToFileURL(join(folder, 'notes.md')).href))).ids).toEqual([
      'notes.md',
    ]);
    expect((await collect(loadDocuments(join(folder, 'LICENSE')))).documents[0]).toMatchObject({
      text: 'free',
    });
  });

  it('should find what globs name, node_modules and hidden names only where they are named', async () => {
    const folder = await temporaryFolder({
      'node_modules/a/README.md': 'a',
      'node_modules/a/docs/deep.md': 'deep',
      'node_modules/b/README.md': 'b',
      'x.txt': 'x',
      '.github/ci.md': 'ci',
    });
    const load = async (pattern: string) => (await collect(loadDocuments(join(folder, pattern)))).ids;
    expect(await load('node_modules/*/README.md')).toEqual(['a/README.md', 'b/README.md']);
    expect(await load('**/*.{md,txt}')).toEqual([
      'node_modules/a/README.md',
      'node_modules/a/docs/deep.md',
      'node_modules/b/README.md',
      'x.txt',
    ]);
    expect(await load('.github/*.md')).toEqual(['ci.md']);
    const { errors } = await collect(loadDocuments(join(folder, '*.pdf')));
    expect(errors).toMatchObject([
      { code: 'not-found', message: expect.stringContaining('No file matches') },
    ]);
  });

  it('should load a file whose name looks like a pattern', async () => {
    const folder = await temporaryFolder({ '[draft] a*.md': 'draft' });
    expect((await collect(loadDocuments(join(folder, '[draft] a*.md')))).ids).toEqual(['[draft] a*.md']);
  });

  it('should give nothing for an empty folder, and an error for one that does not exist', async () => {
    const folder = await temporaryFolder();
    expect(await collect(loadDocuments(folder))).toEqual({ documents: [], errors: [], ids: [] });
    const { errors } = await collect(loadDocuments(join(folder, 'nowhere')));
    expect(errors).toMatchObject([{ name: 'DocumentError', code: 'not-found' }]);
    expect(errors[0]!.message).toMatch(/nowhere' does not exist$/);
  });

  it('should read no more files at once than told, and none before it is read', async () => {
    const folder = await temporaryFolder(
      Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`${index}.txt`, 'text'])),
    );
    const finished: LoadProgress[] = [];
    const stream = loadDocuments(folder, {
      concurrency: 3,
      onProgress: (progress) => finished.push(progress),
    });
    expect(finished).toEqual([]);
    await stream.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(finished.length).toBe(3);
    let loaded = 1;
    for await (const result of stream) loaded += result.kind === 'document' ? 1 : 0;
    expect(loaded).toBe(30);
    expect(finished.at(-1)).toMatchObject({ done: 30, failed: 0, found: 30, total: 30 });
  });

  it('should stop with the reason of the signal and leave no listener', async () => {
    const folder = await temporaryFolder({ 'a.txt': 'a', 'b.txt': 'b' });
    const controller = new AbortController();
    const stream = loadDocuments(folder, { signal: controller.signal, concurrency: 1 });
    await stream.next();
    controller.abort('enough');
    await expect(stream.next()).rejects.toBe('enough');
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it.each([
    [{ concurrency: 0 }, /`concurrency`/],
    [{ maxBytes: 0 }, /`maxBytes`/],
    [{ encoding: 'utf-9' }, /`encoding` must be a name that TextDecoder knows.*got 'utf-9'/],
    [{ silenceMs: -1 }, /`silenceMs`/],
  ])('should refuse %j when it is called', (options, message) => {
    expect(() => loadDocuments('.', options)).toThrow(message);
  });

  it('should refuse sources that are no paths', () => {
    expect(() => loadDocuments('')).toThrow(/`sources` must be paths/);
    expect(() => loadDocuments([1 as never])).toThrow(TypeError);
    expect(() => loadDocuments('a\0b')).toThrow(TypeError);
  });
});

describe('what is no plain file', () => {
  it('should turn back at links that lead in a circle, and load the rest', async () => {
    const folder = await temporaryFolder({ 'a/note.md': 'note' });
    await symlink('..', join(folder, 'a', 'up'));
    await symlink('self.md', join(folder, 'self.md'));
    await symlink('nowhere.md', join(folder, 'dangling.md'));
    const { ids, errors } = await collect(loadDocuments(folder));
    expect(ids).toEqual(['a/note.md']);
    expect(errors.map(({ code }) => code).toSorted()).toEqual(['loop', 'loop', 'not-found']);
  });

  it('should follow a link to a file or folder, once each', async () => {
    const folder = await temporaryFolder({ 'real/a.md': 'a' });
    await symlink('real', join(folder, 'linked'));
    expect((await collect(loadDocuments(folder))).ids).toEqual(['linked/a.md', 'real/a.md']);
  });

  it('should name folders that go too deep instead of following them for ever', async () => {
    const deep = Array.from({ length: 70 }, () => 'd').join('/');
    const folder = await temporaryFolder({ [`${deep}/a.md`]: 'deep', 'b.md': 'b' });
    const { ids, errors } = await collect(loadDocuments(folder));
    expect(ids).toEqual(['b.md']);
    expect(errors).toMatchObject([{ code: 'too-many', message: expect.stringContaining('64 folders deep') }]);
  });

  it('should stop at the most files allowed', async () => {
    const folder = await temporaryFolder({ 'a.md': 'a', 'b.md': 'b', 'c.md': 'c' });
    const { ids, errors } = await collect(loadDocuments(folder, { maxFiles: 2 }));
    expect(ids).toEqual(['a.md', 'b.md']);
    expect(errors).toMatchObject([{ code: 'too-many' }]);
  });

  if (!isWindows) {
    it('should refuse pipes and devices without waiting for them', async () => {
      const folder = await temporaryFolder();
      execFileSync('mkfifo', [join(folder, 'pipe.md')]);
      const { errors } = await collect(loadDocuments([folder, '/dev/zero', '/dev/null']));
      expect(errors.map(({ code }) => code)).toEqual(['not-a-file', 'not-a-file', 'not-a-file']);
    });

    it('should say so when a file may not be read', async () => {
      const folder = await temporaryFolder({ 'secret.md': 'secret', 'z.md': 'z' });
      // Root may read everything: the child gives its rights up once it has loaded the code.
      const script = `
        const { loadDocuments } = await import(${JSON.stringify(new URL('../../src/documents/load-documents.ts', import.meta.url).href)});
        const { chmodSync } = await import('node:fs');
        chmodSync(${JSON.stringify(folder)}, 0o755);
        chmodSync(${JSON.stringify(join(folder, 'secret.md'))}, 0);
        if (process.geteuid() === 0) process.seteuid(65534);
        for await (const result of loadDocuments(${JSON.stringify(folder)}))
          console.log(result.kind === 'error' ? result.error.code + ' ' + result.error.message : result.document.id);`;
      const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      expect(stdout).toMatch(/^permission '.*secret\.md' may not be read by this user\nz\.md\n$/);
    });

    it('should read files that the system makes up, whose size it gives as 0', async () => {
      const { documents } = await collect(
        loadDocuments(process.platform === 'linux' ? '/proc/self/status' : '/etc/hosts'),
      );
      expect(documents[0]!.text.length).toBeGreaterThan(0);
    });
  }

  it('should refuse a file larger than the cap, before it reads it', async () => {
    const folder = await temporaryFolder({ 'large.txt': '', 'small.txt': 'small' });
    await truncate(join(folder, 'large.txt'), 2 ** 33);
    const { ids, errors } = await collect(loadDocuments(folder, { maxBytes: 5 }));
    expect(ids).toEqual(['small.txt']);
    expect(errors).toMatchObject([
      { code: 'too-large', message: expect.stringContaining('has 8589934592 bytes') },
    ]);
  });

  it('should notice a file that changes while it is read', async () => {
    const folder = await temporaryFolder({ 'growing.txt': 'x'.repeat(50_000_000) });
    const path = join(folder, 'growing.txt');
    const reading = readWholeFile(path, 2 ** 30).catch((error: unknown) => error);
    // The size is known after the open; the file is cut short before its bytes are there.
    const cutting = truncate(path, 10);
    const [result] = await Promise.all([reading, cutting]);
    // Either the cut came before the open, and the file is 10 bytes long, or it is noticed.
    if (result instanceof Uint8Array) expect([10, 50_000_000]).toContain(result.length);
    else expect(result).toMatchObject({ code: 'changed' });
  });

  it('should give a file that vanishes between finding and reading as an error', async () => {
    const folder = await temporaryFolder({ 'a.txt': 'a', 'b.txt': 'b' });
    const { rm } = await import('node:fs/promises');
    const stream = loadDocuments(folder, { concurrency: 1 });
    await stream.next();
    await rm(join(folder, 'b.txt'));
    expect((await stream.next()).value).toMatchObject({ kind: 'error', error: { code: 'not-found' } });
  });

  it('should give a folder that turns up where a file was as an error', async () => {
    const folder = await temporaryFolder({ 'a.txt': 'a' });
    await mkdir(join(folder, 'x.md'));
    await writeFile(join(folder, 'x.md', 'in.md'), 'in');
    expect((await collect(loadDocuments(folder))).ids).toEqual(['a.txt', 'x.md/in.md']);
  });
});
