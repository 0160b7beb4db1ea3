import { beforeEach, vi } from 'vitest';

/** A test that prints, fails. */
beforeEach(() => {
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation((...words: unknown[]) => {
      throw new Error(`a test printed: ${words.join(' ')}`);
    });
  }
});
