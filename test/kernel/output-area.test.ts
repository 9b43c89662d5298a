import { describe, expect, it } from 'vitest';
import { OutputArea } from '../../kernel/client/output-area.ts';

describe('OutputArea', () => {
  it('joins what one stream writes until another output comes', () => {
    const area = new OutputArea();
    for (const [name, text] of [
      ['stdout', 'a'],
      ['stdout', 'b'],
      ['stderr', 'c'],
      ['stdout', 'd'],
    ]) {
      area.add('stream', { name, text });
    }
    expect(area.outputs.map((output) => 'text' in output && output.text)).toEqual(['ab', 'c', 'd']);
  });

  it('clears at once, or with what comes next', () => {
    const area = new OutputArea();
    area.add('stream', { name: 'stdout', text: 'a' });
    area.add('clear_output', { wait: true });
    expect(area.outputs).toHaveLength(1);
    area.add('stream', { name: 'stdout', text: 'b' });
    expect(area.outputs).toEqual([{ output_type: 'stream', name: 'stdout', text: 'b' }]);
    area.add('clear_output', { wait: false });
    expect(area.outputs).toEqual([]);
  });

  it('redraws all displays of an id and no other', () => {
    const area = new OutputArea();
    for (const display_id of ['x', 'y', 'x']) {
      area.add('display_data', { data: { 'text/plain': '1' }, metadata: {}, transient: { display_id } });
    }
    area.update({ data: { 'text/plain': '2' }, metadata: {}, transient: { display_id: 'x' } });
    expect(area.outputs.map((output) => 'data' in output && output.data['text/plain'])).toEqual([
      '2',
      '1',
      '2',
    ]);
  });

  it('takes no message that is no output', () => {
    expect(new OutputArea().add('execute_input', { code: '1' })).toBe(false);
  });
});
