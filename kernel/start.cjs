// The file that kernel.json names. Plain JavaScript that any Node can read, so that an old Node gets a sentence
// and not a stack trace; the kernel itself is TypeScript, whose types Node strips while it loads.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    'The TypeScript kernel needs Node 22.18 or newer, and this is Node ' +
      process.versions.node +
      '. Name a newer one in kernel.json (the course brings its own: node_modules/node/bin/node).',
  );
  process.exit(1);
}
const { enableCompileCache } = require('node:module');
const { join } = require('node:path');

// Parsing TypeScript's nine megabytes is most of a start: the cache halves it, and a folder that cannot be written is no error.
enableCompileCache(
  process.env.NODE_COMPILE_CACHE || join(__dirname, '..', 'node_modules', '.cache', 'kernel'),
);
import('./kernel.ts').then(
  ({ startKernel }) => startKernel(process.argv[2]),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
