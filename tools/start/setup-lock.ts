import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Checkout } from './checkout.ts';
import { isAlive } from './processes.ts';

/**
 * Holds the set-up for one start at a time: two that make the same `.venv` would leave neither. A lock whose process is
 * gone does not count.
 *
 * @param onWait called once if another start holds it.
 * @returns what gives it back.
 */
export async function lockSetUp({ state }: Checkout, onWait: () => void): Promise<() => void> {
  const path = join(state, 'set-up.lock');
  let waited = false;
  for (;;) {
    try {
      writeFileSync(path, `${process.pid}\n`, { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (isAbandoned(path)) {
      rmSync(path, { force: true });
      continue;
    }
    if (!waited) onWait();
    waited = true;
    await wait(250);
  }
}

/** How long a lock may stand empty: it is made and filled in two steps, between which its process may be killed. */
const emptyLimitMs = 2000;

function isAbandoned(path: string): boolean {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    if (Number.isSafeInteger(pid) && pid > 0) return pid === process.pid || !isAlive(pid);
    return Date.now() - statSync(path).mtimeMs > emptyLimitMs;
  } catch {
    return false; // given back meanwhile
  }
}
