import { existsSync } from 'node:fs';
import { emptyRecord, type ProgressRecords } from '../../src/workbook/exercises/progress-record.ts';
import type { ExerciseFiles } from '../../src/workbook/exercises/exercise-files.ts';

/** The exercises by chapter, with what the learner has done. */
export function listLines(
  all: readonly ExerciseFiles[],
  progress: ProgressRecords,
  fileOf: (files: ExerciseFiles) => string,
): string[] {
  const lines: string[] = [];
  let chapter = '';
  for (const files of all) {
    const name = files.id.split('/')[0]!;
    if (name !== chapter) lines.push(...(chapter === '' ? [] : ['']), name);
    chapter = name;
    const record = progress[files.id] ?? emptyRecord;
    const isPassed = record.passedAt !== undefined;
    const details = [
      ...(record.attempts > 0 ? [counted(record.attempts, 'check')] : []),
      ...(record.hints > 0 ? [counted(record.hints, 'hint')] : []),
      ...(!isPassed && record.attempts === 0 && existsSync(fileOf(files)) ? ['started'] : []),
    ].join(', ');
    const title = `${files.exercise.number} ${files.exercise.title}`;
    lines.push(
      `  ${isPassed ? '✓' : '·'} ${title.padEnd(30)} ${files.id}${details === '' ? '' : `  (${details})`}`,
    );
  }
  const passed = all.filter(({ id }) => progress[id]?.passedAt !== undefined).length;
  const next = all.find(({ id }) => progress[id]?.passedAt === undefined);
  lines.push('', `${passed} of ${all.length} passed.`);
  if (next) lines.push(`Next: npm run learn -- ${existsSync(fileOf(next)) ? 'check' : 'start'} ${next.id}`);
  return lines;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
