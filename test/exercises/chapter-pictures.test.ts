import { describe, expect, it } from 'vitest';
import {
  generatorState,
  lineChart,
  stateMachine,
  traceGenerator,
  type GeneratorTransition,
} from '../../src/workbook/index.ts';

function svgOf(html: string): string {
  const data = /src="data:image\/svg\+xml;base64,([^"]+)"/.exec(html)?.[1];
  return Buffer.from(data ?? '', 'base64').toString();
}

describe('stateMachine', () => {
  it('should draw all states and ways, and count those that were taken', () => {
    const html = stateMachine(['first', 'yield', 'resume', 'yield']);
    const svg = svgOf(html);
    for (const name of ['suspended at start', 'running', 'suspended at yield', 'closed'])
      expect(svg).toContain(`>${name}</text>`);
    expect(svg).toContain('>yield ×2</text>');
    expect(svg.match(/stroke-width="2.5"/g)).toHaveLength(3);
    expect(svg).toContain('never taken: throw(error); return(value)');
    expect(html).toContain('<details>');
  });

  it('should draw the map alone when nothing was taken, and refuse a way that it does not know', () => {
    expect(svgOf(stateMachine([]))).not.toContain('×');
    expect(() => stateMachine(['jump' as 'first'])).toThrow("got 'jump'");
  });
});

describe('lineChart', () => {
  it('should draw one line a series, on axes from 0', () => {
    const points = [
      { x: 0, y: 0 },
      { x: 10, y: 4 },
    ];
    const svg = svgOf(lineChart([{ name: 'a', points }], { title: 'T', xLabel: 'values', yLabel: 'MB' }));
    expect(svg).toContain('points="64.0,250.0 700.0,40.0"');
    expect(svg).toContain('MB over values. a: at most 4 MB.');
  });

  it('should refuse no points and points that are no place', () => {
    const labels = { title: 'T', xLabel: 'x', yLabel: 'y' };
    expect(() => lineChart([], labels)).toThrow('at least one point');
    expect(() => lineChart([{ name: 'a', points: [{ x: 0, y: NaN }] }], labels)).toThrow('got 0, NaN');
  });
});

describe('generatorState', () => {
  function* count(to: number) {
    for (let at = 1; at <= to; at++) yield at;
  }

  it('should show where a generator waits and what it holds, without running it', () => {
    const counting = count(2);
    expect(generatorState(counting)).toMatchObject({ state: 'suspended', functionName: 'count', line: 1 });
    counting.next();
    expect(generatorState(counting)).toMatchObject({ state: 'suspended', variables: { to: 2, at: 1 } });
    counting.next();
    expect(generatorState(counting).variables).toMatchObject({ at: 2 });
    counting.next();
    expect(generatorState(counting)).toMatchObject({ state: 'closed', line: undefined, variables: {} });
  });

  it('should show one that is running, and refuse what is no generator', () => {
    const seen: string[] = [];
    function* curious(): Generator<undefined> {
      seen.push(generatorState(self).state);
      yield;
    }
    const self = curious();
    self.next();
    expect(seen).toEqual(['running']);
    expect(() => generatorState([])).toThrow('`generator` must be a generator object');
  });
});

describe('traceGenerator', () => {
  function* stubborn(): Generator<number, string, unknown> {
    try {
      yield 1;
    } catch {
      yield 2;
    }
    return 'end';
  }

  it('should pass everything on and note each transition', () => {
    const taken: GeneratorTransition[] = [];
    const traced = traceGenerator(stubborn(), taken);
    expect([traced.next().value, traced.throw(new Error('caught')).value, traced.next().value]).toEqual([
      1,
      2,
      'end',
    ]);
    expect(taken).toEqual(['first', 'yield', 'throw', 'yield', 'resume', 'end']);
    expect(traced.next()).toEqual({ value: undefined, done: true });
    expect(taken).toHaveLength(6);
  });

  it('should note an error that comes out, a loop that is left, and a generator that never started', () => {
    const taken: GeneratorTransition[] = [];
    for (const value of traceGenerator(stubborn(), taken)) if (value === 1) break;
    expect(taken.splice(0)).toEqual(['first', 'yield', 'return', 'end']);
    const failing = traceGenerator(stubborn(), taken);
    failing.next();
    failing.next();
    expect(() => failing.throw(new Error('too late'))).toThrow('too late');
    expect(taken.splice(0)).toEqual(['first', 'yield', 'resume', 'end']);
    traceGenerator(stubborn(), taken).return('early');
    expect(taken).toEqual(['unstarted']);
  });
});
