import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    // Tests read the sources, not the build: a test run needs no build of its own.
    alias: [
      { find: /^streaming-rag\/workbook$/, replacement: at('./src/workbook/index.ts') },
      { find: /^streaming-rag$/, replacement: at('./src/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // A limit for what hangs, not a measure: shared machines are slow at times.
    testTimeout: 90_000,
    hookTimeout: 120_000,
    // Shared machines stall at times: there a test that failed is tried once more, and the report says so.
    retry: process.env.CI ? 1 : 0,
    // Two cores are the smallest machine the course promises to run on.
    maxWorkers: 2,
  },
});
