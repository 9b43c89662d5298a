/** What is known of one learner's way through one exercise. Every field only ever grows, so that two records merge. */
export interface ExerciseRecord {
  /** Answers that were checked, without untouched stubs. */
  readonly attempts: number;
  /** The strongest hint that was read: 0 to 3. */
  readonly hints: number;
  /** ISO 8601, UTC; the first time. */
  readonly passedAt?: string;
  /** ISO 8601, UTC; the first time, passed or not. */
  readonly solutionSeenAt?: string;
}

export type ProgressRecords = Readonly<Record<string, ExerciseRecord>>;

/** What `my/progress.json` holds. */
export interface ProgressFile {
  readonly format: 1;
  readonly exercises: ProgressRecords;
}

export const emptyRecord: ExerciseRecord = { attempts: 0, hints: 0 };

/** Both together: the larger count, the earlier date. Merging the same record twice changes nothing. */
export function mergeRecords(one: ExerciseRecord, other: ExerciseRecord): ExerciseRecord {
  const passedAt = earlier(one.passedAt, other.passedAt);
  const solutionSeenAt = earlier(one.solutionSeenAt, other.solutionSeenAt);
  return {
    attempts: Math.max(one.attempts, other.attempts),
    hints: Math.max(one.hints, other.hints),
    ...(passedAt !== undefined && { passedAt }),
    ...(solutionSeenAt !== undefined && { solutionSeenAt }),
  };
}

export function mergeProgress(one: ProgressRecords, other: ProgressRecords): ProgressRecords {
  const ids = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
  return Object.fromEntries(
    ids.map((id) => [id, mergeRecords(one[id] ?? emptyRecord, other[id] ?? emptyRecord)]),
  );
}

/**
 * Reads the text of a progress file. Fields that it does not know are left out.
 * @throws SyntaxError if it is no progress file of this format; the message says why.
 */
export function parseProgress(text: string): ProgressRecords {
  const file = JSON.parse(text) as Partial<ProgressFile> | null;
  if (file?.format !== 1) {
    throw new SyntaxError(
      `not a progress file of format 1: its \`format\` is ${JSON.stringify(file?.format)}`,
    );
  }
  if (typeof file.exercises !== 'object' || file.exercises === null)
    throw new SyntaxError('it has no `exercises`');
  return Object.fromEntries(
    Object.entries(file.exercises).map(([id, record]) => [id, parseRecord(id, record)]),
  );
}

export function formatProgress(exercises: ProgressRecords): string {
  const file: ProgressFile = { format: 1, exercises };
  return `${JSON.stringify(file, null, 2)}\n`;
}

function parseRecord(id: string, record: unknown): ExerciseRecord {
  const { attempts, hints, passedAt, solutionSeenAt } = (record ?? {}) as Record<string, unknown>;
  if (!isCount(attempts) || !isCount(hints)) {
    throw new SyntaxError(`\`attempts\` and \`hints\` of '${id}' must be integers from 0 up`);
  }
  return {
    attempts,
    hints,
    ...(isDate(passedAt) && { passedAt }),
    ...(isDate(solutionSeenAt) && { solutionSeenAt }),
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isDate(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

function earlier(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one < other ? one : other;
}
