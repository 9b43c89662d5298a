// `npm run build`: compiles src/ to dist/ when it is stale. Also used by `npm start`, so that a checkout is never older than its sources.
import { fileURLToPath } from 'node:url';
import { buildLibrary } from './build-library.ts';

const { built, seconds } = buildLibrary({ root: fileURLToPath(new URL('..', import.meta.url)) });
console.log(built ? `Built the library into dist/ (${seconds.toFixed(1)} s).` : 'dist/ is up to date.');
