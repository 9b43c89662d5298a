import { escapeHtml } from '../html.ts';
import type { CheckOutcome, Exercise } from './exercise.ts';
import { describeCame, describeValue } from './run-check.ts';
import { Shown } from './shown.ts';

export interface ResultContext {
  /** `<chapter>/<name>`. */
  readonly id: string;
  /** The first line of what was checked, so that a reader sees which version it was. */
  readonly graded: string;
  /** Whether the answer still holds the stub's `TODO`. */
  readonly isStub: boolean;
  /** How to ask for a hint and for the solution here. */
  readonly hintCall: string;
  readonly solutionCall: string;
  /** What else the reader should know, such as that the progress could not be saved. */
  readonly notes?: readonly string[];
}

const marks = { passed: '✓', failed: '✗', 'not tried': '·' };

/** What `check` gives: the outcome as data, and a way to be read. */
export class CheckResult extends Shown {
  readonly passed: boolean;
  readonly outcome: CheckOutcome;

  constructor(exercise: Exercise<unknown>, outcome: CheckOutcome, context: ResultContext) {
    super({
      'text/plain': asText(exercise, outcome, context),
      'text/html': asHtml(exercise, outcome, context),
    });
    this.passed = outcome.passed;
    this.outcome = outcome;
  }
}

function headline({ number, title }: Exercise<unknown>, passed: boolean): string {
  return `${number} ${title}: ${passed ? 'passed' : 'not yet'}`;
}

function closing(outcome: CheckOutcome, context: ResultContext): string[] {
  const { isStub, hintCall, solutionCall, notes = [] } = context;
  if (outcome.passed) return [`Compare with another way to write it: ${solutionCall}`, ...notes];
  const stub = isStub
    ? ['This still holds its TODO: write your answer there, run its cell or save its file, and check again.']
    : [];
  return [...stub, `Stuck? ${hintCall}`, ...notes];
}

function asText(exercise: Exercise<unknown>, outcome: CheckOutcome, context: ResultContext): string {
  const lines = [`${outcome.passed ? '✓' : '✗'} ${headline(exercise, outcome.passed)}`];
  lines.push(`  checked: ${context.graded}`);
  const { failure } = outcome;
  for (const { tried, state } of outcome.outcomes) {
    lines.push(`  ${marks[state]} ${tried}`);
    if (state !== 'failed' || failure === undefined) continue;
    lines.push(indented('came:     ', describeCame(failure.came)));
    lines.push(indented('expected: ', describeValue(failure.expected)));
    lines.push(`      ${failure.because}`);
  }
  return [...lines, ...closing(outcome, context).map((line) => `  ${line}`)].join('\n');
}

function indented(label: string, text: string): string {
  return `      ${label}${text.replaceAll('\n', `\n      ${' '.repeat(label.length)}`)}`;
}

function asHtml(exercise: Exercise<unknown>, outcome: CheckOutcome, context: ResultContext): string {
  const { failure } = outcome;
  const rows = outcome.outcomes.map(({ tried, state }) => {
    const line = `<li style="list-style:none">${marks[state]} ${asCode(tried)}`;
    if (state !== 'failed' || failure === undefined) return `${line}</li>`;
    return (
      `${line}<table><tbody>${row('came', describeCame(failure.came))}` +
      `${row('expected', describeValue(failure.expected))}</tbody></table>` +
      `<p><strong>${asCode(failure.because)}</strong></p></li>`
    );
  });
  const opening = `<p><strong>${outcome.passed ? '✓' : '✗'} ${escapeHtml(headline(exercise, outcome.passed))}</strong></p>`;
  const graded = `<p>Checked: <code>${escapeHtml(context.graded)}</code></p>`;
  const ending = closing(outcome, context).map((line) => `<p>${asCode(line)}</p>`);
  return `${opening}${graded}<ul style="padding-left:0">${rows.join('')}</ul>${ending.join('')}`;
}

function row(name: string, text: string): string {
  return `<tr><th style="text-align:left;vertical-align:top">${name}</th><td style="text-align:left"><pre>${escapeHtml(text)}</pre></td></tr>`;
}

/** Text between backticks as code; nothing else in it is markup. */
function asCode(text: string): string {
  return escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}
