import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = join(root, 'src');

/** Room → rooms that it may import, as the table in docs/architecture.md has it. */
function houseRules(): Map<string, Set<string>> {
  const text = readFileSync(join(root, 'docs', 'architecture.md'), 'utf8');
  const table = text.slice(text.indexOf('## The rooms of'), text.indexOf('## Around the library'));
  const rules = new Map<string, Set<string>>();
  for (const line of table.split('\n')) {
    const cells = /^\| `([a-z]+)` \|[^|]*\|([^|]*)\|$/.exec(line);
    if (cells)
      rules.set(cells[1]!, new Set([...cells[2]!.matchAll(/`([a-z]+)`/g)].map((match) => match[1]!)));
  }
  return rules;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Absolute paths and package names that a file imports, in any form. */
function importsOf(file: string): string[] {
  return ts
    .preProcessFile(readFileSync(file, 'utf8'))
    .importedFiles.map(({ fileName }) =>
      fileName.startsWith('.') ? resolve(dirname(file), fileName) : fileName,
    );
}

const roomOf = (file: string) => relative(source, file).split(sep)[0]!;
const rules = houseRules();

describe('the house', () => {
  it('should have in docs/architecture.md the rooms that stand in src/', () => {
    const folders = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect([...rules.keys()].toSorted()).toEqual(folders.map((folder) => folder.name).toSorted());
  });

  it('should list only rooms to the left of each room', () => {
    const order = [...rules.keys()];
    for (const [room, allowed] of rules) {
      for (const other of allowed)
        expect(order.indexOf(other), `${room} → ${other}`).toBeLessThan(order.indexOf(room));
    }
  });

  it('should have no import that the picture does not allow', () => {
    const wrong = filesBelow(source).flatMap((file) =>
      importsOf(file)
        .filter((target) => target.startsWith(source + sep) && roomOf(file) !== 'index.ts')
        .filter((target) => roomOf(target) !== roomOf(file) && !rules.get(roomOf(file))?.has(roomOf(target)))
        .map((target) => `${relative(root, file)} imports ${relative(root, target)}`),
    );
    expect(wrong).toEqual([]);
  });

  it('should have no circle between files', () => {
    const graph = new Map(
      filesBelow(source).map((file) => [file, importsOf(file).filter((target) => target.startsWith(source))]),
    );
    const circles: string[] = [];
    const done = new Set<string>();
    const walk = (file: string, path: string[]) => {
      const at = path.indexOf(file);
      if (at >= 0) circles.push([...path.slice(at), file].map((step) => relative(source, step)).join(' → '));
      if (at >= 0 || done.has(file)) return;
      for (const target of graph.get(file) ?? []) walk(target, [...path, file]);
      done.add(file);
    };
    for (const file of graph.keys()) walk(file, []);
    expect(circles).toEqual([]);
  });

  it('should keep the endpoint out of the public API, and the kernel out of the library', () => {
    expect(importsOf(join(source, 'index.ts')).filter((target) => roomOf(target) === 'endpoint')).toEqual([]);
    const kernel = filesBelow(join(root, 'kernel')).flatMap((file) => importsOf(file));
    expect(
      kernel.filter((target) => target.startsWith(source) || target.startsWith('streaming-rag')),
    ).toEqual([]);
  });
});
