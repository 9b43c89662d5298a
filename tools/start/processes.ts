import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

export interface RunningProcess {
  pid: number;
  commandLine: string;
}

/** Whether a process of this id lives; one that has ended and that nobody has waited for does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  if (process.platform !== 'linux') return true;
  try {
    // The state comes after the name, which stands in brackets and may hold anything.
    return !/^[ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, ''));
  } catch {
    return false;
  }
}

/**
 * The processes whose command line holds `text`, without this one. A kernel's command line names its connection file, so
 * a folder of our own for those files finds every kernel of ours, and no other.
 *
 * On Windows always empty: there `taskkill /T` ends the tree while its parent still lives.
 */
export function processesNaming(text: string): RunningProcess[] {
  return everyProcess().filter(({ pid, commandLine }) => pid !== process.pid && commandLine.includes(text));
}

function everyProcess(): RunningProcess[] {
  if (process.platform === 'win32') return [];
  if (process.platform === 'linux') {
    // Not `ps`: small images do not have it.
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        try {
          const commandLine = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
          return [{ pid: Number(name), commandLine }];
        } catch {
          return []; // it ended meanwhile
        }
      });
  }
  const { stdout } = spawnSync('ps', ['-axww', '-o', 'pid=,args='], {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  return (stdout ?? '').split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(.*)$/.exec(line);
    return match ? [{ pid: Number(match[1]), commandLine: match[2] ?? '' }] : [];
  });
}
