/** How many equal lines stand around a change. */
const contextLines = 2;
/** Longer texts are compared line by line at the same place: the table below would be too large. */
const maxTableLines = 2000;

/** The lines that differ, `-` before what was expected and `+` before what came, with a little around them; empty if none do. */
export function diffLines(expected: string, actual: string): string[] {
  if (expected === actual) return [];
  const marked = markLines(expected.split('\n'), actual.split('\n'));
  const isNear = marked.map((_, index) =>
    marked
      .slice(Math.max(0, index - contextLines), index + contextLines + 1)
      .some((line) => !line.startsWith(' ')),
  );
  return marked.flatMap((line, index) => {
    if (isNear[index]) return [line];
    return isNear[index - 1] ? ['  ⋯'] : [];
  });
}

function markLines(expected: readonly string[], actual: readonly string[]): string[] {
  if (Math.max(expected.length, actual.length) > maxTableLines) {
    const at = expected.findIndex((line, index) => line !== actual[index]);
    return [`  line ${at + 1}`, `- ${expected[at] ?? '(nothing)'}`, `+ ${actual[at] ?? '(nothing)'}`];
  }
  const common = commonLengths(expected, actual);
  const marked: string[] = [];
  let left = 0;
  let right = 0;
  while (left < expected.length || right < actual.length) {
    if (left < expected.length && expected[left] === actual[right]) {
      marked.push(`  ${expected[left]}`);
      left += 1;
      right += 1;
    } else if (
      left < expected.length &&
      (right >= actual.length || (common[left + 1]?.[right] ?? 0) >= (common[left]?.[right + 1] ?? 0))
    ) {
      marked.push(`- ${expected[left]}`);
      left += 1;
    } else {
      marked.push(`+ ${actual[right]}`);
      right += 1;
    }
  }
  return marked;
}

/** `table[i][j]`: the length of the longest common subsequence of what follows line i and line j. */
function commonLengths(expected: readonly string[], actual: readonly string[]): Uint16Array[] {
  const table = Array.from({ length: expected.length + 1 }, () => new Uint16Array(actual.length + 1));
  for (let left = expected.length - 1; left >= 0; left -= 1) {
    const row = table[left]!;
    const below = table[left + 1]!;
    for (let right = actual.length - 1; right >= 0; right -= 1) {
      row[right] =
        expected[left] === actual[right]
          ? below[right + 1]! + 1
          : Math.max(below[right] ?? 0, row[right + 1] ?? 0);
    }
  }
  return table;
}
