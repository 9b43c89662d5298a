// `npm run learn`: the exercises in a terminal, without Jupyter.
import { learn } from './learn/run-learn.ts';

process.exitCode = await learn(process.argv.slice(2));
