import { fileURLToPath } from 'node:url';

/** The checkout's folder: two folders up from both `src/workbook/` and `dist/workbook/`, ending in a separator. */
export const checkoutRoot = fileURLToPath(new URL('../../', import.meta.url));
