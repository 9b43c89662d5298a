// Runs chapters on tslab as it comes from npm, without the course's start file: what a reader's own editor may have.
// `node test/browser/run-on-plain-tslab.ts [notebook …]`
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KernelSpec } from '../../tools/start/kernel-spec.ts';
import { notebooksFromArguments, root } from './checkout-root.ts';
import { report, runByNbclient } from './nbclient.ts';

const versionOf = (name: string): string =>
  (JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')) as { version: string })
    .version;
console.log(
  `tslab ${versionOf('tslab')} with its own TypeScript ${versionOf('@tslab/typescript-for-tslab')}`,
);

const plain: KernelSpec = {
  argv: [
    process.execPath,
    join(root, 'node_modules', 'tslab', 'bin', 'tslab'),
    'kernel',
    '--config-path',
    '{connection_file}',
  ],
  display_name: 'TypeScript',
  language: 'typescript',
  interrupt_mode: 'signal',
};
report(
  'plain tslab',
  notebooksFromArguments().flatMap((notebook) => runByNbclient(notebook, plain, 'plain tslab')),
);
