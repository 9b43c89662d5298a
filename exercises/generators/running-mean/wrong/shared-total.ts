export const explains = 'Both add to the same total';

let [total, count] = [0, 0];
export function* runningMean(): Generator<number, void, number> {
  // Zero at each start keeps the first try right, and hides the mistake until there are two.
  [total, count] = [0, 0];
  for (;;) {
    try {
      const number = yield count === 0 ? 0 : total / count;
      total += number;
      count++;
    } catch {
      [total, count] = [0, 0];
    }
  }
}
