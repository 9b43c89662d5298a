import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the outputs of one notebook come from. */
export interface Provenance {
  /** One line for one cell's outputs. */
  readonly ofCell: (tags: readonly string[], isMasked: boolean) => string;
  /** A sentence for the whole chapter. */
  readonly ofChapter: string;
}

/** Cells with this tag show what was recorded once: the tests do not run them. */
export const recordedTag = 'recorded';

/**
 * What is known of a notebook's outputs: the versions that it and the lock file name, and the day of the notebook's last
 * commit. Nothing is read from the clock, so that two builds are the same.
 */
export function provenanceOf(root: string, notebook: string, typescript: string | undefined): Provenance {
  const node = lockedNode(root);
  const versions = [
    ...(node === undefined ? [] : [`Node ${node}`]),
    ...(typescript === undefined ? [] : [`TypeScript ${typescript}`]),
  ].join(', ');
  const day = lastCommitDay(root, notebook);
  const when = day === undefined ? '' : `, committed ${day}`;
  return {
    ofCell: (tags, isMasked) =>
      tags.includes(recordedTag)
        ? `Recorded${when}; the tests do not run this cell.`
        : `Run and compared by the tests${isMasked ? ', but for what differs from run to run' : ''}${versions && ` · ${versions}`}${when}`,
    ofChapter:
      `The outputs on this page are those of ${notebook}${day === undefined ? '' : ` as committed on ${day}`}${versions && ` (${versions})`}. ` +
      'Every test run executes the notebook in a fresh kernel and compares.',
  };
}

function lockedNode(root: string): string | undefined {
  try {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages?: Record<string, { version?: string }>;
    };
    return lock.packages?.['node_modules/node']?.version;
  } catch {
    return undefined;
  }
}

/** Undefined outside of a git checkout, and for a file that is not committed. */
function lastCommitDay(root: string, path: string): string | undefined {
  try {
    const words = execFileSync('git', ['log', '-1', '--format=%cs', '--', path], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return words.trim() || undefined;
  } catch {
    return undefined;
  }
}
