import { defineConfig } from 'vitest/config';

/** One cluster for all of them: they run one after another, each in namespaces of its own. */
export default defineConfig({
  test: {
    include: ['test/cluster/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    globalSetup: ['test/cluster/start.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
