import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/cluster/**', 'test/engine/**'],
    setupFiles: ['test/setup.ts'],
  },
});
