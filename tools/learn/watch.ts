import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const door = fileURLToPath(new URL('../run.mjs', import.meta.url));

/** Editors write a file in several steps. */
const settleMs = 100;

/**
 * Checks now and each time the file is saved, each time in a process of its own, so that nothing of the last answer is
 * left. Ends with Ctrl-C.
 */
export async function watchAndCheck(id: string, file: string): Promise<number> {
  let running: Promise<void> | undefined;
  let isStale = false;
  const checkAgain = () => {
    isStale = true;
    running ??= (async () => {
      while (isStale) {
        isStale = false;
        await checkOnce(id);
      }
      running = undefined;
    })();
  };
  let timer: NodeJS.Timeout | undefined;
  // The folder, because many editors save by putting a new file in the old one's place.
  const watcher = watch(dirname(file), (_event, name) => {
    if (name !== null && name !== basename(file)) return;
    clearTimeout(timer);
    timer = setTimeout(checkAgain, settleMs);
  });
  checkAgain();
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  clearTimeout(timer);
  watcher.close();
  isStale = false;
  await running;
  return 0;
}

function checkOnce(id: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [door, 'learn', 'check', id], { stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', () => {
      process.stdout.write('\nWaiting for you to save the file. Ctrl-C ends this.\n\n');
      resolve();
    });
  });
}
