import { CheckResult } from './check-result.ts';
import { loadExercise, readHints, solutionCell, type ExerciseFiles } from './exercise-files.ts';
import type { CheckOutcome, Exercise } from './exercise.ts';
import { Progress } from './progress.ts';
import { runCheck, type RunCheckOptions } from './run-check.ts';
import { Shown } from './shown.ts';

export interface CheckOptions extends RunCheckOptions {
  /** @default the file under `my/` */
  readonly progress?: Progress;
  /** @default the exercises of this checkout */
  readonly folder?: string;
}

/**
 * Checks an answer to an exercise and remembers the result. What it returns shows itself: leave it as a cell's last
 * value.
 * @param id `<chapter>/<name>`, or the exercise's number.
 * @param answer the learner's function itself, not what it returns.
 * @throws RangeError if there is no such exercise. TypeError if the answer is no function.
 */
export async function check(
  id: string,
  answer: unknown,
  { progress = new Progress(), folder, limitMs }: CheckOptions = {},
): Promise<CheckResult> {
  const files = await loadExercise(id, folder);
  return checkAnswer(files, answer, {
    progress,
    limitMs,
    hintCall: `await hint('${files.id}')`,
    solutionCall: `await solution('${files.id}')`,
  });
}

/** The same for an exercise that is loaded, with the words by which the reader asks for more. */
export async function checkAnswer(
  { id, exercise }: ExerciseFiles,
  answer: unknown,
  {
    progress,
    limitMs,
    hintCall,
    solutionCall,
  }: { progress: Progress; limitMs?: number | undefined; hintCall: string; solutionCall: string },
): Promise<CheckResult> {
  checkIsFunction(exercise, id, answer);
  const outcome = await runCheck(exercise, answer, limitMs === undefined ? {} : { limitMs });
  const source = String(answer);
  const isStub = !outcome.passed && /\bTODO\b/.test(source);
  const notes = isStub ? [] : remember(id, outcome, progress);
  const graded = firstLine(source);
  return new CheckResult(exercise, outcome, { id, graded, isStub, hintCall, solutionCall, notes });
}

/**
 * Shows the next hint of an exercise, each stronger than the one before; the last again when there is no other.
 * @param number shows that one: 1 to 3.
 * @throws RangeError if there is no such exercise or hint.
 */
export async function hint(
  id: string,
  number?: number,
  { progress = new Progress(), folder }: Pick<CheckOptions, 'progress' | 'folder'> = {},
): Promise<Shown> {
  const files = await loadExercise(id, folder);
  const hints = readHints(files);
  const wanted = number ?? Math.min(progress.of(files.id).hints + 1, hints.length);
  const text = hints[wanted - 1];
  if (text === undefined)
    throw new RangeError(`\`number\` must be an integer from 1 to ${hints.length}, got ${wanted}`);
  progress.update(files.id, (record) => ({ ...record, hints: Math.max(record.hints, wanted) }));
  const heading = `Hint ${wanted} of ${hints.length} for ${files.exercise.number} ${files.exercise.title}`;
  return new Shown({
    'text/plain': `${heading}\n\n${text}`,
    'text/markdown': `**${heading}**\n\n${text}`,
  });
}

/**
 * Shows a solution: once the exercise is passed, or at once if asked with `{ now: true }`.
 * @throws RangeError if there is no such exercise.
 */
export async function solution(
  id: string,
  { now = false, progress = new Progress(), folder }: { now?: boolean } & Omit<CheckOptions, 'limitMs'> = {},
): Promise<Shown> {
  const files = await loadExercise(id, folder);
  const heading = `${files.exercise.number} ${files.exercise.title}`;
  if (progress.of(files.id).passedAt === undefined && !now) {
    const text = `${heading} is not passed yet. await solution('${files.id}', { now: true }) opens it all the same.`;
    return new Shown({ 'text/plain': text });
  }
  markSolutionSeen(files.id, progress);
  const code = solutionCell(files);
  return new Shown({
    'text/plain': `A solution of ${heading}\n\n${code}`,
    'text/markdown': `**A solution of ${heading}**\n\n\`\`\`ts\n${code}\n\`\`\``,
  });
}

/** Remembers that the learner has seen the solution. */
export function markSolutionSeen(id: string, progress: Progress): void {
  progress.update(id, (record) => ({ solutionSeenAt: new Date().toISOString(), ...record }));
}

/** An answer's progress; what cannot be saved is said, and is no reason to keep the result from the reader. */
function remember(id: string, { passed }: CheckOutcome, progress: Progress): string[] {
  try {
    progress.update(id, (record) => ({
      ...(passed && { passedAt: new Date().toISOString() }),
      ...record,
      attempts: record.attempts + 1,
    }));
    return progress.notes.splice(0);
  } catch (error) {
    return [`Your progress could not be saved: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function checkIsFunction({ answerName }: Exercise<unknown>, id: string, answer: unknown): void {
  if (typeof answer === 'function') return;
  const call = `await check('${id}', ${answerName})`;
  if (typeof answer === 'object' && answer !== null && typeof Reflect.get(answer, 'next') === 'function') {
    throw new TypeError(`check needs the function itself, not the iterator that it returns: ${call}`);
  }
  const came = answer === null ? 'null' : typeof answer;
  throw new TypeError(`check needs the function itself, got ${came}: ${call}`);
}

function firstLine(source: string): string {
  // Where types were stripped, blanks stand in their place.
  const line = (source.trim().split('\n')[0] ?? '').replaceAll(/\s+/g, ' ').replaceAll(/ (?=[,)])/g, '');
  return line.length > 90 ? `${line.slice(0, 89)}…` : line;
}
