import type { Children } from './children.ts';

/** The oldest Python that the pinned JupyterLab runs on. */
export const oldestPython = '3.10';

export interface Python {
  /** The interpreter itself, not a shim. */
  executable: string;
  version: string;
  /** Whether `python -m venv` can put pip into what it makes. */
  hasEnsurepip: boolean;
  hasPip: boolean;
  /** The version of JupyterLab installed beside it, if there is one. */
  jupyterlab: string | undefined;
}

export interface PythonSearch {
  found: Python | undefined;
  /** Interpreters that answered but are older than {@link oldestPython}. */
  tooOld: { executable: string; version: string }[];
}

// `import ensurepip` alone may succeed on Debian, as an empty namespace.
const probe = `
import importlib.metadata, importlib.util, json, sys
def has(action):
    try: action(); return True
    except Exception: return False
def version(name):
    try: return importlib.metadata.version(name)
    except Exception: return None
def ensurepip():
    import ensurepip, venv
    ensurepip.version()
print(json.dumps([sys.executable, '.'.join(map(str, sys.version_info[:3])), list(sys.version_info[:2]) >= [3, 10],
  has(ensurepip), importlib.util.find_spec('pip') is not None, version('jupyterlab')]))
`;

// Python 2 and 3.7 cannot read the probe: ask what every Python answers.
const oldProbe =
  'import sys; sys.stdout.write(sys.executable + chr(10) + chr(46).join(str(part) for part in sys.version_info[:3]))';

/**
 * The first Python on PATH that is new enough: `$PYTHON`, `python3`, `python`, the Windows launcher, then `python3.14`
 * down to `python3.10`, for a machine whose plain `python3` is an old one.
 */
export async function findPython(children: Children, env: NodeJS.ProcessEnv): Promise<PythonSearch> {
  const candidates = [
    ...(env['PYTHON'] ? [[env['PYTHON']]] : []),
    ['python3'],
    ['python'],
    ...(process.platform === 'win32' ? [['py', '-3']] : []),
    ...[14, 13, 12, 11, 10].map((minor) => [`python3.${minor}`]),
  ];
  const tooOld: PythonSearch['tooOld'] = [];
  for (const [command = '', ...args] of candidates) {
    const python = await probePython(children, env, command, args);
    if (python === undefined) continue;
    if ('hasPip' in python) return { found: python, tooOld };
    if (!tooOld.some(({ executable }) => executable === python.executable)) tooOld.push(python);
  }
  return { found: undefined, tooOld };
}

/** What the Python behind a command is; undefined if there is none, only its name and version if it is too old. */
export async function probePython(
  children: Children,
  env: NodeJS.ProcessEnv,
  command: string,
  args: readonly string[] = [],
): Promise<Python | { executable: string; version: string } | undefined> {
  const limitMs = 20_000;
  const { status, stdout } = await children.run(command, [...args, '-c', probe], { env, limitMs });
  const answer = status === 0 ? parse(stdout) : undefined;
  if (answer) {
    const [executable, version, isNewEnough, hasEnsurepip, hasPip, jupyterlab] = answer;
    if (!isNewEnough) return { executable, version };
    return { executable, version, hasEnsurepip, hasPip, jupyterlab: jupyterlab ?? undefined };
  }
  if (status === -1) return undefined;
  const old = await children.run(command, [...args, '-c', oldProbe], { env, limitMs });
  const [executable, version] = old.stdout.split('\n');
  return old.status === 0 && executable && version ? { executable, version: version.trim() } : undefined;
}

type Answer = [string, string, boolean, boolean, boolean, string | null];

function parse(stdout: string): Answer | undefined {
  try {
    const answer: unknown = JSON.parse(stdout);
    return Array.isArray(answer) && answer.length === 6 ? (answer as Answer) : undefined;
  } catch {
    return undefined;
  }
}
