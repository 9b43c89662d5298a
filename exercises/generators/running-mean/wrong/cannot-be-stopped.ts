export const explains = 'It cannot be stopped';

export function* runningMean(): Generator<number, void, number> {
  let [total, count] = [0, 0];
  for (;;) {
    let isWhole = false;
    try {
      total += yield count === 0 ? 0 : total / count;
      count++;
      isWhole = true;
    } finally {
      if (!isWhole) [total, count] = [0, 0];
      // oxlint-disable-next-line no-unsafe-finally -- the mistake itself: it overrides `return()` and the error alike
      continue;
    }
  }
}
