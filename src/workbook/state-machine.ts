import { escapeHtml } from './html.ts';
import { picture } from './picture.ts';

/** What may happen to a generator: in which state, by what, and the state after it. */
const transitions = {
  first: { from: 'start', label: 'next()', to: 'running' },
  yield: { from: 'running', label: 'yield', to: 'yield' },
  resume: { from: 'yield', label: 'next(value)', to: 'running' },
  throw: { from: 'yield', label: 'throw(error)', to: 'running' },
  return: { from: 'yield', label: 'return(value)', to: 'running' },
  end: { from: 'running', label: 'end, return, uncaught error', to: 'closed' },
  unstarted: { from: 'start', label: 'return() or throw()', to: 'closed' },
} as const;

/** The name of one edge of the drawing. */
export type GeneratorTransition = keyof typeof transitions;

const stateNames = {
  start: 'suspended at start',
  running: 'running',
  yield: 'suspended at yield',
  closed: 'closed',
};

const boxes = {
  start: { x: 16, y: 52, width: 140 },
  running: { x: 216, y: 52, width: 360 },
  yield: { x: 216, y: 222, width: 360 },
  closed: { x: 636, y: 52, width: 70 },
};
const boxHeight = 44;

/** Each edge as a path, and where its label stands. */
const edges: Record<GeneratorTransition, { path: string; x: number; y: number; anchor: string }> = {
  first: { path: 'M156 74H211', x: 184, y: 44, anchor: 'middle' },
  yield: { path: 'M244 96V217', x: 236, y: 162, anchor: 'end' },
  resume: { path: 'M290 222V101', x: 298, y: 162, anchor: 'start' },
  throw: { path: 'M404 222V101', x: 412, y: 162, anchor: 'start' },
  return: { path: 'M524 222V101', x: 532, y: 162, anchor: 'start' },
  end: { path: 'M576 74H631', x: 706, y: 44, anchor: 'end' },
  unstarted: { path: 'M86 96V308H671V101', x: 378, y: 300, anchor: 'middle' },
};

/**
 * Draws a generator's four states and the ways between them. Those that were taken are drawn strong, with their number.
 *
 * @param taken the transitions in the order in which they happened; empty draws the map alone.
 * @returns HTML: an image and its data as a table.
 * @throws RangeError if a name is none of a transition.
 */
export function stateMachine(
  taken: readonly GeneratorTransition[],
  { title = 'The states of a generator' }: { title?: string } = {},
): string {
  for (const name of taken) {
    if (!Object.hasOwn(transitions, name)) {
      const names = Object.keys(transitions).join(', ');
      throw new RangeError(`\`taken\` must hold names of transitions (${names}), got '${name}'`);
    }
  }
  const names = Object.keys(transitions) as GeneratorTransition[];
  const countOf = (name: GeneratorTransition) => taken.filter((other) => other === name).length;
  const isMap = taken.length === 0;
  const drawn = names.map((name) => {
    const { path, x, y, anchor } = edges[name];
    const isTaken = isMap || countOf(name) > 0;
    const colour = isTaken ? 0 : undefined;
    const count = countOf(name) > 0 ? ` ×${countOf(name)}` : '';
    return (
      `<path d="${path}" class="${colour === undefined ? 'line' : 's0'}" stroke-width="${isTaken && !isMap ? 2.5 : 1.5}"/>` +
      arrowHead(path, colour === undefined ? 'muted' : 'c0') +
      `<text class="${isTaken ? 'ink' : 'muted'}" x="${x}" y="${y}" text-anchor="${anchor}">${escapeHtml(transitions[name].label + count)}</text>`
    );
  });
  const states = (Object.keys(boxes) as (keyof typeof boxes)[]).map((name) => {
    const { x, y, width } = boxes[name];
    return (
      `<rect x="${x}" y="${y}" width="${width}" height="${boxHeight}" rx="10" class="s0 panel" stroke-width="2"/>` +
      `<text class="ink" x="${x + width / 2}" y="${y + 27}" text-anchor="middle">${stateNames[name]}</text>`
    );
  });
  const rows = names.map((name) => {
    const { from, label, to } = transitions[name];
    return [stateNames[from], label, stateNames[to], countOf(name)];
  });
  const missing = names.filter((name) => countOf(name) === 0);
  const said = isMap
    ? rows.map(([from, label, to]) => `${from} to ${to} by ${label}`).join('; ')
    : `${taken.length} transitions taken; ${missing.length === 0 ? 'each way at least once' : `never taken: ${missing.map((name) => transitions[name].label).join('; ')}`}`;
  return picture({
    title,
    description: `Four states: ${Object.values(stateNames).join(', ')}. ${said}.`,
    width: 720,
    height: 326,
    body: `<text class="ink title" x="16" y="22">${escapeHtml(title)}</text>${drawn.join('')}${states.join('')}`,
    table: { header: ['from', 'by', 'to', 'taken'], rows },
  });
}

/** A triangle at the end of a path that ends with a horizontal or vertical stretch. */
function arrowHead(path: string, colour: string): string {
  const [, direction, text] = /([HV])(\d+)$/.exec(path)!;
  const end = Number(text);
  const steps = [...path.matchAll(/([MHV])(\d+)(?: (\d+))?/g)];
  let [x, y] = [0, 0];
  let [fromX, fromY] = [0, 0];
  for (const [, letter, first, second] of steps) {
    [fromX, fromY] = [x, y];
    if (letter === 'M') [x, y] = [Number(first), Number(second)];
    else if (letter === 'H') x = Number(first);
    else y = Number(first);
  }
  const sign = direction === 'H' ? Math.sign(end - fromX) : Math.sign(end - fromY);
  const points =
    direction === 'H'
      ? `${x + 5 * sign},${y} ${x - 5 * sign},${y - 5} ${x - 5 * sign},${y + 5}`
      : `${x},${y + 5 * sign} ${x - 5},${y - 5 * sign} ${x + 5},${y - 5 * sign}`;
  return `<polygon class="${colour}" points="${points}"/>`;
}
