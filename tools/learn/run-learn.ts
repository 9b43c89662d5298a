import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { checkAnswer, hint, markSolutionSeen } from '../../src/workbook/exercises/check.ts';
import {
  loadExercise,
  loadExercises,
  solutionCell,
  stubFile,
  type ExerciseFiles,
} from '../../src/workbook/exercises/exercise-files.ts';
import { Progress, myFolder } from '../../src/workbook/exercises/progress.ts';
import { runGuarded } from '../../src/workbook/exercises/guarded-run.ts';
import { loadAnswer } from './load-answer.ts';
import { listLines } from './list.ts';
import { LearnRefusal } from './refusal.ts';
import { watchAndCheck } from './watch.ts';

const help = `Usage: npm run learn [-- COMMAND EXERCISE]

The exercises of the course in a terminal; the same checks as in the notebooks.

  npm run learn                         the list, with your progress
  npm run learn -- start EXERCISE       makes your file under my/
  npm run learn -- check EXERCISE       checks it; with --watch each time that you save it
  npm run learn -- hint EXERCISE        the next hint
  npm run learn -- solution EXERCISE    once it is passed; with --now at once
  npm run learn -- reset EXERCISE       the stub again; your file is kept beside it
  npm run learn -- export FILE          your progress as a file
  npm run learn -- import FILE          adds the progress of a file

EXERCISE is a name such as generators/close-it, or a number such as 1.2.
`;

/** How long the learner's file may take to load. */
const loadLimitMs = 3_000;

/** Runs one command. @returns the exit code: 0, 1 if a check failed, 2 if the command cannot be done. */
export async function learn(words: string[]): Promise<number> {
  try {
    return await run(words);
  } catch (error) {
    const isKnown = error instanceof LearnRefusal || error instanceof RangeError;
    process.stderr.write(`${isKnown ? error.message : String((error as Error).stack ?? error)}\n`);
    return 2;
  }
}

async function run(words: string[]): Promise<number> {
  const { values, positionals } = readArguments(words);
  const [command = 'list', target] = positionals;
  if (values.help) return say(help);
  const progress = new Progress();
  if (command === 'list') return say(listLines(await loadExercises(), progress.read(), fileOf).join('\n'));
  const action = actions[command];
  if (action === undefined) throw new LearnRefusal(`There is no command '${command}'.\n\n${help}`);
  if (target === undefined || positionals.length > 2) {
    throw new LearnRefusal(`'${command}' needs one name, got ${positionals.length - 1}.\n\n${help}`);
  }
  return action(target, values, progress);
}

interface Flags {
  readonly watch?: boolean | undefined;
  readonly now?: boolean | undefined;
}

type Action = (target: string, flags: Flags, progress: Progress) => Promise<number>;

const actions: Readonly<Record<string, Action>> = {
  async start(target) {
    const files = await loadExercise(target);
    const path = fileOf(files);
    if (existsSync(path))
      return say(`${shown(path)} is there already. \`npm run learn -- reset ${files.id}\` begins anew.`);
    writeStub(files);
    return say(
      `${files.exercise.number} ${files.exercise.title}: ${files.exercise.task}\n` +
        `Your file: ${shown(path)}\nThen: npm run learn -- check ${files.id}`,
    );
  },

  async check(target, { watch }, progress) {
    const files = await loadExercise(target);
    if (!existsSync(fileOf(files))) {
      throw new LearnRefusal(
        `You have no file for ${files.id} yet: \`npm run learn -- start ${files.id}\` makes it.`,
      );
    }
    return watch ? watchAndCheck(files.id, fileOf(files)) : checkFile(files, progress);
  },

  async hint(target, _flags, progress) {
    return say(String(await hint(target, undefined, { progress })));
  },

  async solution(target, { now = false }, progress) {
    const files = await loadExercise(target);
    if (progress.of(files.id).passedAt === undefined && !now) {
      say(`It is not passed yet. \`npm run learn -- solution ${files.id} --now\` opens it all the same.`);
      return 1;
    }
    markSolutionSeen(files.id, progress);
    return say(solutionCell(files));
  },

  async reset(target) {
    const files = await loadExercise(target);
    const path = fileOf(files);
    let kept = '';
    if (existsSync(path)) {
      let aside = `${path}.old`;
      for (let count = 2; existsSync(aside); count++) aside = `${path}.old-${count}`;
      renameSync(path, aside);
      kept = ` Your answer is kept as ${shown(aside)}.`;
    }
    writeStub(files);
    return say(`${shown(path)} is the stub again.${kept}`);
  },

  async export(target, _flags, progress) {
    if (existsSync(target)) throw new LearnRefusal(`'${target}' is there already; it was not overwritten.`);
    writeFileSync(target, progress.export(), { flag: 'wx' });
    return say(`Your progress is in ${target}.`);
  },

  async import(target, _flags, progress) {
    if (!existsSync(target)) throw new LearnRefusal(`The file '${target}' does not exist.`);
    try {
      const records = progress.import(readFileSync(target, 'utf8'));
      return say(`Added. There is progress in ${Object.keys(records).length} exercises now.`);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new LearnRefusal(`'${target}' could not be read: ${error.message}.`, { cause: error });
    }
  },
};

async function checkFile(files: ExerciseFiles, progress: Progress): Promise<number> {
  const loaded = await runGuarded(() => loadAnswer(fileOf(files), files.exercise.answerName), loadLimitMs);
  if ('error' in loaded) throw loaded.error;
  if (loaded.stuck !== undefined) {
    throw new LearnRefusal(
      `${shown(fileOf(files))} did not finish loading: a loop at its top level never ends.`,
    );
  }
  const result = await checkAnswer(files, loaded.value, {
    progress,
    hintCall: `npm run learn -- hint ${files.id}`,
    solutionCall: `npm run learn -- solution ${files.id}`,
  });
  say(String(result));
  return result.passed ? 0 : 1;
}

function readArguments(words: string[]) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        watch: { type: 'boolean' },
        now: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new LearnRefusal(`${(error as Error).message}\n\n${help}`, { cause: error });
  }
}

function fileOf({ id }: { readonly id: string }): string {
  return `${join(myFolder(), id)}.ts`;
}

function writeStub(files: ExerciseFiles): void {
  const path = fileOf(files);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, stubFile(files), { flag: 'wx' });
}

function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}

function say(text: string): number {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return 0;
}
