import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bundledModel, bundledModelFolder } from '../embedding/bundled-model.ts';
import { TransformersEmbedder } from '../embedding/transformers-embedder.ts';
import { checkoutRoot } from './checkout.ts';

/** One point of the set-up, as it was found. */
export interface SetupPoint {
  readonly name: string;
  readonly ok: boolean;
  /** `needed`: the course does not run without it; `wanted`: it runs, but less well. */
  readonly level: 'needed' | 'wanted';
  /** What was found. */
  readonly detail: string;
  /** What to do, if it is not ok. */
  readonly mend?: string;
  /** How long the check took. */
  readonly ms: number;
}

/** A check's finding, before it was timed. */
export type SetupFinding = Omit<SetupPoint, 'ms'>;

/**
 * Checks what the chapters need, one point after the other, each given out as soon as it is known: Node, the library's
 * build, the bundled model (which is loaded), the corpus, the language model's endpoint.
 */
export async function* checkSetup({ root = checkoutRoot }: { root?: string } = {}): AsyncGenerator<
  SetupPoint,
  void,
  undefined
> {
  for (const check of [checkNode, checkBuild, checkModel, checkCorpus, checkEndpoint]) {
    yield await timedPoint(() => check(root));
  }
}

/** Runs one check with its time. A check that throws is a point that is not ok. */
export async function timedPoint(
  check: () => SetupFinding | Promise<SetupFinding>,
  name = 'Check',
): Promise<SetupPoint> {
  const startedMs = performance.now();
  try {
    const finding = await check();
    return { ...finding, ms: performance.now() - startedMs };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const mend = 'Run `npm run doctor` in a terminal.';
    return { name, ok: false, level: 'needed', detail, mend, ms: performance.now() - startedMs };
  }
}

function checkNode(): SetupFinding {
  const major = Number(process.versions.node.split('.')[0]);
  return {
    name: 'Node',
    level: 'needed',
    ok: major >= 20,
    detail: `${process.versions.node}, ${process.platform} ${process.arch}`,
    ...(major < 20 && { mend: 'Start through `npm start`: the project brings Node 24.' }),
  };
}

function checkBuild(root: string): SetupFinding {
  const stamp = join(root, 'dist', '.stamp');
  if (!existsSync(stamp)) {
    const mend = 'Run `npm run build`, then restart the kernel.';
    return { name: 'Library', level: 'needed', ok: false, detail: 'dist/ has no build', mend };
  }
  const builtMs = statSync(stamp).mtimeMs;
  const newer = filesBelow(join(root, 'src')).filter((path) => statSync(path).mtimeMs > builtMs).length;
  if (newer === 0) return { name: 'Library', level: 'wanted', ok: true, detail: 'built from these sources' };
  const detail = `${newer} ${newer === 1 ? 'file of src/ is' : 'files of src/ are'} newer than the build`;
  return {
    name: 'Library',
    level: 'wanted',
    ok: false,
    detail,
    mend: 'Run `npm run build`, then restart the kernel.',
  };
}

async function checkModel(): Promise<SetupFinding> {
  const name = 'Model';
  const level = 'needed';
  if (!existsSync(bundledModelFolder)) {
    const mend = 'It is part of the repository: restore it with `git checkout -- models`.';
    return { name, level, ok: false, detail: `models/${bundledModel} is missing`, mend };
  }
  try {
    await using embedder = await TransformersEmbedder.load();
    return {
      name,
      level,
      ok: true,
      detail: `${bundledModel}: ${embedder.dimensions} dimensions, loaded in ${embedder.loadMs.toFixed(0)} ms`,
    };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const mend = 'Run `npm ci`; if that does not help, `git checkout -- models`.';
    return { name, level, ok: false, detail, mend };
  }
}

function checkCorpus(root: string): SetupFinding {
  const count = (language: string) => {
    const folder = join(root, 'corpus', language);
    return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.md')).length : 0;
  };
  const [english, chinese] = [count('en'), count('zh')];
  const questions = readQuestions(join(root, 'corpus', 'questions.json'));
  const ok = english > 0 && chinese > 0 && questions > 0;
  return {
    name: 'Corpus',
    level: 'needed',
    ok,
    detail: `${english} English and ${chinese} Chinese articles, ${questions} questions`,
    ...(!ok && { mend: 'It is part of the repository: restore it with `git checkout -- corpus`.' }),
  };
}

async function checkEndpoint(): Promise<SetupFinding> {
  const name = 'Language model';
  const variable = process.env['OPENAI_BASE_URL'] ? 'OPENAI_BASE_URL' : 'STREAMING_RAG_LLM_URL';
  const url = process.env[variable];
  if (!url) {
    const detail = 'no endpoint runs yet: the first chapter that needs one starts the local one';
    return { name, level: 'wanted', ok: true, detail };
  }
  const mend =
    variable === 'OPENAI_BASE_URL'
      ? 'Start that server, or unset OPENAI_BASE_URL for the local endpoint.'
      : 'Run `npm start` again; a chapter that needs one starts its own.';
  const level = variable === 'OPENAI_BASE_URL' ? 'needed' : 'wanted';
  try {
    const key = process.env['OPENAI_API_KEY'];
    const response = await fetch(`${url.replace(/\/$/, '')}/models`, {
      headers: key && variable === 'OPENAI_BASE_URL' ? { authorization: `Bearer ${key}` } : {},
      signal: AbortSignal.timeout(5000),
    });
    await response.body?.cancel();
    const whose =
      variable === 'OPENAI_BASE_URL'
        ? 'the one that you named in OPENAI_BASE_URL'
        : 'the local one of `npm start`';
    if (response.ok) return { name, level, ok: true, detail: `${whose} answers` };
    return { name, level, ok: false, detail: `${variable} answers with status ${response.status}`, mend };
  } catch (error) {
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    return { name, level, ok: false, detail: `${variable} does not answer: ${cause}`, mend };
  }
}

function readQuestions(path: string): number {
  try {
    const questions: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return Array.isArray(questions) ? questions.length : 0;
  } catch {
    return 0;
  }
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
