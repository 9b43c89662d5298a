export const explains = 'the old numbers still count';

export function* runningMean(): Generator<number, void, number> {
  let [total, count] = [0, 0];
  for (;;) {
    try {
      total += yield count === 0 ? 0 : total / count;
      count++;
    } catch {
      continue;
    }
  }
}
