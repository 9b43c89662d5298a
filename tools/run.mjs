// The one door of `npm run …`. Plain JavaScript that any Node since 14 can read, so that an old Node gets a sentence
// and not a stack trace. The tools themselves are TypeScript; the project's own Node 24 strips their types.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const [name = '', ...rest] = process.argv.slice(2);
const major = Number(process.versions.node.split('.')[0]);
const file = join(here, `${name}.ts`);

if (major < 24) {
  console.error(
    `This is Node ${process.versions.node}; the project runs on the Node 24 that it brings itself (the npm package \`node\`).\n` +
      (existsSync(
        join(here, '..', 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node'),
      )
        ? `Start it through npm, which puts that Node first: npm run ${name}`
        : 'It is not installed: run `npm ci` here, without `--ignore-scripts` (its install script fetches the binary from the registry).'),
  );
  process.exit(1);
}
if (!/^[a-z-]+$/.test(name) || !existsSync(file)) {
  console.error(`There is no tool called '${name}'. \`npm run\` lists them.`);
  process.exit(1);
}
process.argv.splice(1, 2, file);
process.argv.length = 2;
process.argv.push(...rest);
await import(pathToFileURL(file).href);
