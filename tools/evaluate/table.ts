import type { Evaluation } from './run-evaluation.ts';

const arrow = (pair: string) => pair.replace('-', '→');
const figure = (value: number) => value.toFixed(3);

function lines(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(header), rule, ...rows.map(line)];
}

/** The figures as Markdown tables, which read as well in a terminal: one a pair of languages. */
export function tables({ rows, comparisons, questions, unanswerable }: Evaluation): string {
  const text: string[] = [];
  for (const pair of new Set(rows.map((row) => row.pair))) {
    text.push(
      `### ${arrow(pair)}, ${questions.get(pair)} questions`,
      '',
      ...lines(
        ['system', 'nDCG@10', '95 % interval', 'recall@10', 'MRR'],
        rows
          .filter((row) => row.pair === pair)
          .map(({ system, ndcg10, low, high, recall10, mrr }) => [
            system,
            figure(ndcg10),
            `${figure(low)} to ${figure(high)}`,
            figure(recall10),
            figure(mrr),
          ]),
      ),
      '',
    );
  }
  text.push(
    '### Differences of nDCG@10 on the same questions',
    '',
    ...lines(
      ['pair', 'system', 'beside', 'difference', 'p'],
      comparisons.map(({ pair, system, than, difference, p }) => [
        arrow(pair),
        system,
        than,
        `${difference < 0 ? '−' : '+'}${figure(Math.abs(difference))}`,
        p < 0.001 ? '< 0.001' : p.toFixed(3),
      ]),
    ),
  );
  if (unanswerable > 0) text.push('', `${unanswerable} questions without a relevant document are left out.`);
  return text.join('\n');
}
