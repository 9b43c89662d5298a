import { readFileSync, rmSync, writeFileSync } from 'node:fs';
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
    const holder = readHolder(path);
    if (holder !== undefined && (holder === process.pid || !isAlive(holder))) {
      rmSync(path, { force: true });
      continue;
    }
    if (!waited) onWait();
    waited = true;
    await wait(250);
  }
}

function readHolder(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined; // given back meanwhile
  }
}
