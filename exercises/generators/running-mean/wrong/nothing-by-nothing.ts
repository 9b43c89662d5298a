export const explains = 'Nothing divided by nothing is `NaN`';

export function* runningMean(): Generator<number, void, number> {
  let [total, count] = [0, 0];
  for (;;) {
    try {
      total += yield total / count;
      count++;
    } catch {
      [total, count] = [0, 0];
    }
  }
}
