import { symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DocumentErrorCode } from '../../src/documents/document-error.ts';
import { loadDocuments } from '../../src/documents/load-documents.ts';
import { makePdf } from './make-pdf.ts';
import { collect, temporaryFolder } from './temporary-folder.ts';

interface BadInput {
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly code: DocumentErrorCode;
  readonly offset?: number;
}

/** A number from a small generator that is the same on every machine (xorshift32). */
function makeRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const sentence = '潮汐是海水在月球和太阳引力作用下发生的周期性涨落现象。';

function* generate(): Generator<BadInput> {
  const random = makeRandom(6);
  const bytes = Buffer.from(sentence.repeat(4));
  for (let index = 0; index < 40; index += 1) {
    const characters = 20 + random(60);
    const content = bytes.subarray(0, characters * 3 + 1 + random(2));
    yield { name: `cut-${index}.txt`, content, code: 'encoding', offset: characters * 3 };
  }
  for (let index = 0; index < 40; index += 1) {
    const at = random(100) * 3;
    const bad = [0x80, 0xa0, 0xc1, 0xf8, 0xfe, 0xff][random(6)]!;
    const content = Buffer.concat([bytes.subarray(0, at), Buffer.from([bad]), bytes.subarray(at)]);
    yield { name: `byte-${index}.md`, content, code: 'encoding', offset: at };
  }
  for (let index = 0; index < 30; index += 1) {
    const content = Buffer.from(Array.from({ length: 500 }, () => random(256)));
    content[random(100)] = 0;
    content[random(100)] = 0x80;
    yield { name: `data-${index}.txt`, content, code: 'unsupported' };
  }
  for (let index = 0; index < 20; index += 1) {
    // Cut before its pages, or its pages overwritten: nothing is left that a reader could mend.
    const pdf = makePdf(['one', 'two']);
    const content =
      index % 2 === 0
        ? pdf.subarray(0, 9 + random(60))
        : Buffer.concat([pdf.subarray(0, 9), Buffer.alloc(300, 65 + index)]);
    yield { name: `broken-${index}.pdf`, content, code: 'format' };
  }
  for (let index = 0; index < 10; index += 1)
    yield { name: `no-${index}.pdf`, content: `no PDF at all ${index}`, code: 'format' };
  const notebook = JSON.stringify({ cells: [{ cell_type: 'markdown', source: 'text' }] });
  for (let index = 0; index < 20; index += 1)
    yield {
      name: `cut-${index}.ipynb`,
      content: notebook.slice(0, 1 + random(notebook.length - 1)),
      code: 'format',
    };
  for (let index = 0; index < 20; index += 1)
    yield { name: `line-${index}.jsonl`, content: `{"text": ${'['.repeat(1 + random(50))}`, code: 'format' };
  for (let index = 0; index < 20; index += 1)
    yield { name: `large-${index}.txt`, content: 'x'.repeat(100_001 + random(1_000)), code: 'too-large' };
}

describe('bad inputs', () => {
  it('should give each of 210 as an error with its reason, and lose none of the good files between them', async () => {
    const inputs = [...generate()];
    const files: Record<string, string | Uint8Array> = {};
    for (const [index, { name, content }] of inputs.entries()) {
      files[`${String(index).padStart(3, '0')}-${name}`] = content;
      files[`${String(index).padStart(3, '0')}-z-good.md`] = `# Good ${index}`;
    }
    const folder = await temporaryFolder(files);
    for (let index = 0; index < 5; index += 1) {
      await symlink(`loop-${index}.md`, join(folder, `loop-${index}.md`));
      await symlink(`nowhere-${index}`, join(folder, `dangling-${index}.md`));
    }
    const { errors, ids } = await collect(loadDocuments(folder, { maxBytes: 100_000 }));
    expect(ids).toEqual(Object.keys(files).filter((name) => name.endsWith('z-good.md')));
    expect(errors.length).toBe(inputs.length + 10);
    expect(errors.length).toBeGreaterThanOrEqual(210);
    for (const [index, input] of inputs.entries()) {
      const error = errors[index]!;
      const about = `${input.name}: ${error.message}`;
      expect(error.code, about).toBe(input.code);
      expect(error.path, about).toContain(input.name);
      if (input.offset !== undefined) expect(error.offset, about).toBe(input.offset);
    }
    const codes = errors.slice(inputs.length).map(({ code }) => code);
    expect(codes).toEqual([...Array(5).fill('not-found'), ...Array(5).fill('loop')]);
  });

  it('should end with a document or an error for a PDF cut anywhere or with any byte changed', async () => {
    const random = makeRandom(7);
    const pdf = makePdf(['The sea rises.', 'The sea falls.']);
    const files: Record<string, Uint8Array> = {};
    for (let index = 0; index < 40; index += 1) {
      const changed = Buffer.from(pdf.subarray(0, index % 2 === 0 ? pdf.length : random(pdf.length)));
      if (changed.length > 10) changed[5 + random(changed.length - 5)] = random(256);
      files[`${index}.pdf`] = changed;
    }
    const folder = await temporaryFolder(files);
    const { documents, errors } = await collect(loadDocuments(folder));
    expect(documents.length + errors.length).toBe(40);
    for (const { code } of errors) expect(['format', 'unsupported', 'encoding']).toContain(code);
  });

  it('should not read a file of 8 TiB to find that it is too large', async () => {
    const folder = await temporaryFolder({ 'huge.md': '', 'good.md': 'good' });
    await truncate(join(folder, 'huge.md'), 2 ** 43).catch(() => truncate(join(folder, 'huge.md'), 2 ** 40));
    const { errors, ids } = await collect(loadDocuments(folder));
    expect(ids).toEqual(['good.md']);
    expect(errors).toMatchObject([{ code: 'too-large' }]);
  });
});
