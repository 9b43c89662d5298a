// `npm run doctor`: checks the set-up point by point, and says how to mend what is broken.
import { fileURLToPath } from 'node:url';
import { runDoctor } from './doctor/run-doctor.ts';

process.exitCode = await runDoctor({
  root: fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, ''),
  args: process.argv.slice(2),
});
