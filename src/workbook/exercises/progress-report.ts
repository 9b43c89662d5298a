import { htmlTable } from '../html.ts';
import { progressBar } from '../progress-bar.ts';
import { loadExercises } from './exercise-files.ts';
import { emptyRecord } from './progress-record.ts';
import { Progress } from './progress.ts';
import { Shown } from './shown.ts';

/** The exercises with what the learner has done. What it returns shows itself: leave it as a cell's last value. */
export async function progressReport({
  progress = new Progress(),
}: { progress?: Progress } = {}): Promise<Shown> {
  const records = progress.read();
  const rows = (await loadExercises()).map(({ id, exercise }) => {
    const { passedAt, attempts, hints } = records[id] ?? emptyRecord;
    return [passedAt === undefined ? '·' : '✓', exercise.number, exercise.title, attempts, hints] as const;
  });
  const done = rows.filter(([mark]) => mark === '✓').length;
  const what = 'exercises passed';
  return new Shown({
    'text/plain': [
      `${done} of ${rows.length} ${what}`,
      ...rows.map(([mark, number, title]) => `  ${mark} ${number} ${title}`),
    ].join('\n'),
    'text/html': `<p>${progressBar({ done, total: rows.length, what })}</p>${htmlTable(['', '', 'exercise', 'checks', 'hints'], rows)}`,
  });
}
