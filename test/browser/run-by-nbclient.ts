// Runs chapters by nbclient on the course's kernel. `node test/browser/run-by-nbclient.ts [notebook …]`
import { kernelSpec } from '../../tools/start/kernel-spec.ts';
import { notebooksFromArguments, root } from './checkout-root.ts';
import { report, runByNbclient } from './nbclient.ts';

report(
  'nbclient',
  notebooksFromArguments().flatMap((notebook) =>
    runByNbclient(notebook, kernelSpec(root), 'the course kernel'),
  ),
);
