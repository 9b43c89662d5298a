import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkoutRoot } from '../checkout.ts';
import type { Exercise } from './exercise.ts';

/** Where the exercises of this checkout lie. */
export const exercisesFolder = join(checkoutRoot, 'exercises');

/** One exercise as its folder has it. */
export interface ExerciseFiles {
  /** `<chapter>/<name>`. */
  readonly id: string;
  readonly folder: string;
  readonly exercise: Exercise<unknown>;
}

/** All ids below `folder`, in the order of their names. */
export function exerciseIds(folder: string = exercisesFolder): string[] {
  const folders = (path: string) =>
    existsSync(path) ? readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory()) : [];
  return folders(folder)
    .flatMap(({ name: chapter }) =>
      folders(join(folder, chapter)).map(({ name }) => ({ id: `${chapter}/${name}` })),
    )
    .map(({ id }) => id)
    .filter((id) => existsSync(join(folder, id, 'check.ts')))
    .sort();
}

/**
 * Loads an exercise by its id, its name alone, or its number.
 * @throws RangeError if there is none or more than one by that name; it lists those that come near.
 */
export async function loadExercise(wanted: string, folder: string = exercisesFolder): Promise<ExerciseFiles> {
  const ids = exerciseIds(folder);
  const named = ids.filter((id) => id === wanted || id.split('/')[1] === wanted);
  if (named.length === 1) return loadById(named[0]!, folder);
  if (named.length === 0 && /^\d+\.\d+$/.test(wanted)) {
    for (const id of ids) {
      const files = await loadById(id, folder);
      if (files.exercise.number === wanted) return files;
    }
  }
  const near = named.length > 0 ? named : ids;
  throw new RangeError(`There is no one exercise called '${wanted}'. There are: ${near.join(', ')}.`);
}

/** All exercises in the order of their numbers. */
export async function loadExercises(folder: string = exercisesFolder): Promise<ExerciseFiles[]> {
  const all = await Promise.all(exerciseIds(folder).map((id) => loadById(id, folder)));
  const place = ({ exercise }: ExerciseFiles) => {
    const [chapter = 0, at = 0] = exercise.number.split('.').map(Number);
    return chapter * 1000 + at;
  };
  return all.sort((one, other) => place(one) - place(other));
}

async function loadById(id: string, folder: string): Promise<ExerciseFiles> {
  const path = join(folder, id, 'check.ts');
  try {
    const { exercise } = (await import(/* @vite-ignore */ pathToFileURL(path).href)) as {
      exercise: Exercise<unknown>;
    };
    return { id, folder: join(folder, id), exercise };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_FILE_EXTENSION'))
      throw error;
    const message = `Checks need Node 22.18 or newer, and this is ${process.versions.node}. \`npm start\` brings its own.`;
    throw new Error(message, { cause: error });
  }
}

/** What the learner's cell holds at first: the stub, which a notebook does not export. */
export function stubCell({ folder }: ExerciseFiles): string {
  return asCell(readFileSync(join(folder, 'stub.ts'), 'utf8'));
}

/** The stub as a file of its own. */
export function stubFile({ folder }: ExerciseFiles): string {
  return readFileSync(join(folder, 'stub.ts'), 'utf8');
}

/** The solution as a cell. */
export function solutionCell({ folder }: ExerciseFiles): string {
  return asCell(readFileSync(join(folder, 'solution.ts'), 'utf8'));
}

function asCell(file: string): string {
  return file.replaceAll(/^export /gm, '').trimEnd();
}

/** The hints, the weakest first: what stands below each heading of `hints.md`. */
export function readHints({ folder }: ExerciseFiles): string[] {
  return readFileSync(join(folder, 'hints.md'), 'utf8')
    .split(/^## .*$/m)
    .slice(1)
    .map((hint) => hint.trim());
}
