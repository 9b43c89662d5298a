// What the fake machine's programs do. Run by `bin/python3` and its like, each a script of one line.
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, dirname, join } from 'node:path';

/** What a fake Python is like. */
export interface FakePython {
  version: string;
  hasEnsurepip: boolean;
  hasPip: boolean;
  jupyterlab: string | null;
  /** What `pip install` prints when it fails; it works when there is none. */
  installFailure?: string;
  /** Whether `-m venv` fails. */
  venvFails?: boolean;
  /** Whether `pip install` never ends. */
  installHangs?: boolean;
  /** How JupyterLab behaves. @default 'serves' */
  lab?: 'serves' | 'dies at once' | 'ignores SIGTERM';
}

/** A script of one line that runs `function` of this file for the program at `self`. */
export function writeProgram(
  self: string,
  name: 'fakePython' | 'fakeUv' | 'fakeLab',
  settings: object,
): void {
  mkdirSync(dirname(self), { recursive: true });
  const call = `module.${name}(${JSON.stringify(self)}, ${JSON.stringify(settings)})`;
  writeFileSync(
    self,
    `#!${process.execPath}\nimport(${JSON.stringify(import.meta.url)}).then((module) => ${call});\n`,
  );
  chmodSync(self, 0o755);
}

/** Answers as Python does to what the launcher asks: its probes, venv, pip, jupyterlab, nbformat.sign. */
export function fakePython(self: string, python: FakePython): void {
  const args = remember(self);
  const [major = 0, minor = 0] = python.version.split('.').map(Number);
  const [option, what = ''] = args;
  const installed = (of: string) => join(dirname(of), 'jupyterlab-is-installed');
  if (option === '-c' && what.includes("find_spec('pip')")) {
    if (major < 3) return fail(1, 'SyntaxError: invalid syntax');
    const isNewEnough = major > 3 || minor >= 10;
    const { version, hasEnsurepip, hasPip, jupyterlab } = python;
    console.log(JSON.stringify([self, version, isNewEnough, hasEnsurepip, hasPip, jupyterlab]));
  } else if (option === '-c' && what.includes('chr(46)')) {
    process.stdout.write(`${self}\n${python.version}`);
  } else if (option === '-c') {
    console.log(python.version);
    process.exitCode = existsSync(installed(self)) ? 0 : 1;
  } else if (what === 'venv') {
    if (python.venvFails) return fail(1, 'Error: Command ensurepip returned non-zero exit status 1.');
    writeProgram(join(args.at(-1) ?? '', 'bin', 'python'), 'fakePython', python);
  } else if (what === 'pip') {
    console.log('Collecting jupyterlab==4.6.6');
    if (python.installHangs) setInterval(() => {}, 1000);
    else if (python.installFailure) return fail(1, python.installFailure);
    else
      writeFileSync(
        installed(args.includes('--python') ? (args[args.indexOf('--python') + 1] ?? '') : self),
        '',
      );
  } else if (what === 'jupyterlab') {
    serve(args, python.lab ?? 'serves');
  }
}

/** Answers as uv does: it makes an environment whose Python is `python`, and installs into it. */
export function fakeUv(self: string, python: FakePython): void {
  const args = remember(self);
  if (args[0] === '--version') console.log('uv 0.13.8');
  else if (args[0] === 'venv') writeProgram(join(args.at(-1) ?? '', 'bin', 'python'), 'fakePython', python);
  else if (python.installFailure) fail(2, python.installFailure);
  else writeFileSync(join(dirname(args[args.indexOf('--python') + 1] ?? ''), 'jupyterlab-is-installed'), '');
}

/** An installed `jupyter-lab`. */
export function fakeLab(self: string, { version }: { version: string }): void {
  const args = remember(self);
  if (args[0] === '--version') console.log(version);
  else serve(args, 'serves');
}

/** A server that writes what jupyter_server writes, and answers everything. */
function serve(args: readonly string[], behaviour: NonNullable<FakePython['lab']>): void {
  if (behaviour === 'dies at once') return fail(3, 'OSError: something is wrong with the server');
  process.on('SIGTERM', () => {
    if (behaviour === 'serves') process.exit(0);
  });
  const port = Number(args.find((arg) => arg.startsWith('--ServerApp.port='))?.split('=')[1]);
  const server = createServer((_, response) => response.end('{}'));
  server.listen(port, '127.0.0.1', () => {
    const info = { url: `http://127.0.0.1:${port}/`, port, token: 'the-token', pid: process.pid };
    const folder = process.env['JUPYTER_RUNTIME_DIR'] ?? '';
    writeFileSync(join(folder, `jpserver-${process.pid}.json`), JSON.stringify(info));
  });
}

function remember(self: string): string[] {
  const args = process.argv.slice(2);
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) =>
      /^(JUPYTER|PIP|UV|PYTHON|OPENAI|STREAMING|ORT)/.test(name),
    ),
  );
  const call = { program: basename(self), args, env, pid: process.pid };
  appendFileSync(process.env['FAKE_LOG'] ?? '/dev/null', `${JSON.stringify(call)}\n`);
  return args;
}

function fail(status: number, words: string): void {
  console.error(words);
  process.exitCode = status;
}

/** What the fake programs wrote down, in order. */
export interface FakeCall {
  program: string;
  args: string[];
  env: Record<string, string | undefined>;
  pid: number;
}

export function readCalls(log: string): FakeCall[] {
  if (!existsSync(log)) return [];
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as FakeCall);
}
