// Runs `npm start` for another checkout: `node test/tools/start-in.ts <root> [arguments …]`.
import { runStart } from '../../tools/start/run-start.ts';

const [root = '', ...args] = process.argv.slice(2);
process.exitCode = await runStart({ root, args });
