export function* runningMean(): Generator<number, void, number> {
  let [total, count] = [0, 0];
  for (;;) {
    try {
      total += yield count === 0 ? 0 : total / count;
      count++;
    } catch {
      [total, count] = [0, 0];
    }
  }
}
