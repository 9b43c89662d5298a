import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { escapeHtml } from './escape.ts';
import type { Highlight } from './highlight.ts';
import { codeBlock, type RenderMarkdown, type TextPlace } from './markdown.ts';

export interface ExerciseText {
  /** `generators/close-it`, as `check` in the notebook names it. */
  readonly name: string;
  readonly number: string;
  readonly title: string;
  readonly task: string;
  readonly stub: string | undefined;
  readonly hints: readonly string[];
  readonly solution: string | undefined;
}

/** The exercises of one chapter, by number. A folder without a readable `check.ts` is none. */
export function readExercises(root: string, chapter: string): ExerciseText[] {
  const folder = join(root, 'exercises', chapter);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return names
    .flatMap(({ name }) => readExercise(join(folder, name), `${chapter}/${name}`) ?? [])
    .toSorted((one, other) => one.number.localeCompare(other.number, 'en', { numeric: true }));
}

function readExercise(folder: string, name: string): ExerciseText | undefined {
  const check = textOf(join(folder, 'check.ts'));
  if (check === undefined) return undefined;
  const facts = stringsOf(check);
  const number = facts.get('number');
  const title = facts.get('title');
  const task = facts.get('task');
  if (number === undefined || title === undefined || task === undefined) return undefined;
  const hints = (textOf(join(folder, 'hints.md')) ?? '')
    .split(/^## .*$/m)
    .map((hint) => hint.trim())
    .filter((hint) => hint !== '');
  const stub = textOf(join(folder, 'stub.ts'));
  return { name, number, title, task, stub, hints, solution: textOf(join(folder, 'solution.ts')) };
}

/** The texts of the object that a check exports; read from syntax, since a check that runs needs the whole library. */
function stringsOf(source: string): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === 'exercise') {
      const object = node.initializer;
      if (object === undefined || !ts.isObjectLiteralExpression(object)) return;
      for (const property of object.properties) {
        if (!ts.isPropertyAssignment(property)) continue;
        const text = textValue(property.initializer);
        if (text !== undefined) found.set(property.name.getText(), text);
      }
    } else ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('check.ts', source, ts.ScriptTarget.Latest, true));
  return found;
}

function textValue(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const left = textValue(node.left);
  const right = textValue(node.right);
  return left === undefined || right === undefined ? undefined : left + right;
}

export interface ExerciseTools {
  readonly markdown: RenderMarkdown;
  readonly highlight: Highlight;
}

/** An exercise as a block: its task open, everything that gives something away behind a disclosure. */
export function exerciseHtml(exercise: ExerciseText, place: TextPlace, tools: ExerciseTools): string {
  const id = `${place.idPrefix ?? ''}exercise-${exercise.number.replace('.', '-')}`;
  place.ids.add(id);
  const title = `Exercise ${escapeHtml(exercise.number)} · ${escapeHtml(exercise.title)}`;
  const parts = [
    `<h3 id="${id}"><a class="heading-link" href="#${id}">${title}</a></h3>`,
    tools.markdown(exercise.task, place),
    exercise.stub === undefined ? '' : codeBlock(exercise.stub, 'typescript', tools.highlight),
    helpHtml(exercise, place, tools),
    `<p class="no-search quiet">In the notebook: <code>await check('${escapeHtml(exercise.name)}', …)</code></p>`,
  ];
  return `<section class="exercise">${parts.join('\n')}</section>\n`;
}

/** Hints and solution alone, for an exercise whose task the notebook itself shows. */
export function helpHtml(
  exercise: ExerciseText,
  place: TextPlace,
  { markdown, highlight }: ExerciseTools,
): string {
  const hints = exercise.hints.map(
    (hint, index) =>
      `<details class="hint"><summary>Hint ${index + 1} of ${exercise.hints.length}</summary>${markdown(hint, place)}</details>`,
  );
  if (exercise.solution !== undefined) {
    const code = codeBlock(exercise.solution, 'typescript', highlight);
    hints.push(`<details class="solution"><summary>Solution</summary>${code}</details>`);
  }
  return hints.length === 0 ? '' : `<div class="help no-search">${hints.join('\n')}</div>\n`;
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
