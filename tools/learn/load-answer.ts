import { pathToFileURL } from 'node:url';
import { LearnRefusal } from './refusal.ts';

/**
 * The learner's function out of their file.
 * @throws LearnRefusal if the file cannot be loaded or does not export it.
 */
export async function loadAnswer(path: string, name: string): Promise<unknown> {
  let module: Record<string, unknown>;
  try {
    module = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (error) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new LearnRefusal(`Your file cannot be loaded. ${message}${placeIn(error, path)}`, { cause: error });
  }
  const answer = module[name];
  if (typeof answer === 'function') return answer;
  const found = Object.keys(module).join(', ') || 'nothing';
  throw new LearnRefusal(`Your file must export a function called ${name}; it exports ${found}.`);
}

/** «, line 3», if the error says where in the file it came from. */
function placeIn(error: unknown, path: string): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const at = [pathToFileURL(path).href, path].map((name) => stack.indexOf(`${name}:`) + name.length);
  const found = at.map((index) => /^:(\d+)/.exec(stack.slice(index))?.[1]).find((line) => line !== undefined);
  return found === undefined ? '' : `, line ${found}`;
}
