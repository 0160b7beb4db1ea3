import { defineConfig } from 'vitest/config';

/** Calls of the AWS account by AWS's SDK, against its real process: one for each file. They want Python, but no Go. */
export default defineConfig({
  test: {
    include: ['test/account/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    globalSetup: ['test/account/environment.ts'],
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
