// `npm start`: opens the course in JupyterLab; makes what is missing first, and ends all it started on Ctrl-C.
import { fileURLToPath } from 'node:url';
import { runStart } from './start/run-start.ts';

process.exitCode = await runStart({
  root: fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, ''),
  args: process.argv.slice(2),
});
