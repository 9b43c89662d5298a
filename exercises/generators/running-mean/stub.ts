export function* runningMean(): Generator<number, void, number> {
  // TODO: answer each `next(number)` with the mean of all numbers so far; `throw(…)` starts over.
  yield 0;
}
