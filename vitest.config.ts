import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/account/**', 'test/cluster/**', 'test/engine/**'],
    setupFiles: ['test/setup.ts'],
    // Proving the whole package takes seconds, and several of them where something else runs beside it.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
