import { describe, expect, it } from 'vitest';
import { formatNotebook, parseNotebook } from '../../tools/notebooks/notebook-file.ts';
import { notebookOf } from './make-notebook.ts';

describe('formatNotebook', () => {
  it('writes what it reads back the same', () => {
    const notebook = notebookOf('const a = 1;\na', '2');
    notebook.cells[0]!.outputs = [{ output_type: 'stream', name: 'stdout', text: 'one\ntwo' }];
    const text = formatNotebook(notebook);
    expect(formatNotebook(parseNotebook(text, 'x'))).toBe(text);
    expect(text.endsWith('}\n')).toBe(true);
    expect(JSON.parse(text).cells[0].outputs[0].text).toEqual(['one\n', 'two']);
  });

  it('leaves out what only says when and how it ran', () => {
    const notebook = notebookOf(['1', { execution: { iopub: 'now' }, trusted: true, tags: ['keep'] }]);
    expect(JSON.parse(formatNotebook(notebook)).cells[0].metadata).toEqual({ tags: ['keep'] });
  });

  it('sorts keys, as JupyterLab does when it saves', () => {
    const keys = Object.keys(JSON.parse(formatNotebook(notebookOf('1'))).cells[0]);
    expect(keys).toEqual([...keys].sort());
  });
});

describe('parseNotebook', () => {
  it.each(['{}', '{"nbformat": 3, "worksheets": []}'])('refuses %s', (text) => {
    expect(() => parseNotebook(text, 'old.ipynb')).toThrow('old.ipynb is no notebook of format 4');
  });
});
