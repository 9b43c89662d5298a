// `npm run kernel -- install | uninstall | list`: the course's kernel in the reader's own Jupyter, VS Code or Zed.
import { fileURLToPath } from 'node:url';
import { runKernelTool } from './kernel/run-kernel-tool.ts';

process.exitCode = runKernelTool({
  root: fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, ''),
  args: process.argv.slice(2),
});
