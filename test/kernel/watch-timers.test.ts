import { describe, expect, it } from 'vitest';
import type { CellWatchHost } from '../../kernel/compile/typescript-internals.ts';
import { joinWatchTimers } from '../../kernel/compile/watch-timers.ts';

/** A host with tslab's timer: one at most, run by hand. */
function makeHost() {
  let timer: { run: () => void } | undefined;
  const host = {
    setTimeout(callback: () => void) {
      if (timer !== undefined) throw new Error('Unexpected pending rebuildTimer');
      timer = {
        run: () => {
          callback();
          timer = undefined;
        },
      };
      return timer;
    },
    clearTimeout(cleared: unknown) {
      if (cleared !== timer) throw new Error('clearing unexpected timer');
      timer = undefined;
    },
  };
  const errors: unknown[] = [];
  joinWatchTimers(host as unknown as CellWatchHost, (error) => errors.push(error));
  return { host, errors, run: () => timer?.run(), isPending: () => timer !== undefined };
}

describe('joinWatchTimers', () => {
  it('runs all timers that are pending, in their order, and those that they start', () => {
    const { host, run, isPending } = makeHost();
    const ran: string[] = [];
    host.setTimeout(() => {
      ran.push('lookup');
      host.setTimeout(() => ran.push('rebuild'));
    });
    host.setTimeout(() => ran.push('program'));
    run();
    expect(ran).toEqual(['lookup', 'program', 'rebuild']);
    expect(isPending()).toBe(false);
  });

  it('keeps one pending until all are cleared', () => {
    const { host, isPending } = makeHost();
    const [one, other] = [host.setTimeout(() => {}), host.setTimeout(() => {})];
    host.clearTimeout(one);
    expect(isPending()).toBe(true);
    host.clearTimeout(other);
    expect(isPending()).toBe(false);
  });

  it('goes on after one that throws, and says so', () => {
    const { host, errors, run } = makeHost();
    let ran = false;
    host.setTimeout(() => {
      throw new Error('broken');
    });
    host.setTimeout(() => (ran = true));
    run();
    expect(ran).toBe(true);
    expect(errors).toEqual([new Error('broken')]);
    host.setTimeout(() => {});
    run();
  });
});
