export const explains = 'Numbers are lost';

export function* runningMean(): Generator<number, void, number> {
  let [total, count] = [0, 0];
  for (;;) {
    try {
      const number = yield count === 0 ? 0 : total / count;
      total += number;
      count++;
      yield total / count;
    } catch {
      [total, count] = [0, 0];
    }
  }
}
