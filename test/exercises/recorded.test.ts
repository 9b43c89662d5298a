import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../notebooks', import.meta.url));
const recorded = readdirSync(`${folder}/recorded`);

it.each(recorded)('should show the recorded program %s in its chapter as it ran', (name) => {
  const chapter = readdirSync(folder).find(
    (file) => file.startsWith(name.slice(0, 3)) && file.endsWith('.ipynb'),
  );
  const notebook = JSON.parse(readFileSync(`${folder}/${chapter}`, 'utf8')) as {
    cells: { source: string[] }[];
  };
  const text = notebook.cells.map(({ source }) => source.join('')).join('\n');
  expect(text).toContain(readFileSync(`${folder}/recorded/${name}`, 'utf8').trimEnd());
  expect(text).toMatch(/\*\(Recorded with (Python|OpenJDK) \d+\.\d+\.\d+\.\)\*/);
});
