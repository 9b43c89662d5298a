import { expect, it } from 'vitest';
import { ProgressLine, citationLines, forTerminal } from '../../tools/ask/terminal.ts';

const citation = (number: number, start: number, text: string) =>
  ({
    type: 'citation',
    number,
    documentId: 'a.md',
    chunkId: 'a.md#0',
    start,
    end: start + text.length,
    text,
    exact: true,
  }) as const;

it('should show each cited place once, on one line, and shorten long ones', () => {
  const lines = citationLines([
    citation(1, 5, 'One\n  two.'),
    citation(2, 9, 'x'.repeat(300)),
    citation(1, 5, 'One\n  two.'),
  ]);
  expect(lines).toEqual(['[1] a.md 5–15\n    One two.', `[2] a.md 9–309\n    ${'x'.repeat(240)} …`]);
});

it('should let no text of a document command the terminal', () => {
  expect(forTerminal('a\u001b[2Jb\u0007\u009b1m\u202ec\r\n\td')).toBe(
    'a\ufffd[2Jb\ufffd\ufffd1m\ufffdc\ufffd\n\td',
  );
});

it('should draw its line on a terminal only, and remove it', () => {
  const written: string[] = [];
  const screen = (isTTY: boolean) =>
    ({ isTTY, write: (text: string) => written.push(text) }) as unknown as NodeJS.WriteStream;
  const silent = new ProgressLine(screen(false));
  silent.show('Reading', 1, 2);
  silent.clear();
  expect(written).toEqual([]);
  const line = new ProgressLine(screen(true));
  line.show('Reading', 1, 2);
  line.show('Reading', 2, 2);
  line.clear();
  line.clear();
  expect(written).toEqual([
    `\r\u001b[KReading ${'█'.repeat(12)}${'░'.repeat(12)} 1 of 2`,
    `\r\u001b[KReading ${'█'.repeat(24)} 2 of 2`,
    '\r\u001b[K',
  ]);
});
