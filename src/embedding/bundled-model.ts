import { fileURLToPath } from 'node:url';

/** The bilingual model (English and Chinese) that comes with the package; its card is `models/<name>/README.md`. */
export const bundledModel = 'minilm-bilingual-v1';

/** Folder of the bundled model. Two folders up from both `src/embedding/` and `dist/embedding/`. */
export const bundledModelFolder = fileURLToPath(new URL(`../../models/${bundledModel}`, import.meta.url));
