import { defineConfig } from 'vitest/config';

/** Tests that want programs compiled from Go, but no cluster. */
export default defineConfig({
  test: {
    include: ['test/engine/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    // The programs may have to be compiled.
    hookTimeout: 3_600_000,
  },
});
