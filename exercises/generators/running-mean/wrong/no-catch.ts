export const explains = 'nothing inside caught it where the generator was waiting';

export function* runningMean(): Generator<number, void, number> {
  let [total, count] = [0, 0];
  for (;;) {
    total += yield count === 0 ? 0 : total / count;
    count++;
  }
}
