import { defineConfig } from 'vitest/config';

/** What is tried each time; with FULL=1 everything is, which takes long: whole platforms, several of them at once. */
const short = ['access', 'charts', 'rights', 'zone'].map(name => `test/cluster/${name}.test.ts`);

/** One cluster for all of them: they run one after another, each in namespaces of its own. */
export default defineConfig({
  test: {
    include: process.env.FULL ? ['test/cluster/**/*.test.ts'] : short,
    setupFiles: ['test/setup.ts'],
    globalSetup: ['test/cluster/start.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
