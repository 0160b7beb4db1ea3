import { describe, expect, test } from 'vitest';
import { unparsed } from '../../src/crossplane/unparsed.ts';

describe('a document that is not parsed yet', () => {
  const document = unparsed<{ readonly kind: string }>('kind: Thing\n', 'run "make things"');

  test('tells what stands on a line of its own', () => {
    expect(document.line(/^kind: (\S+)$/m)).toBe('Thing');
  });

  test('says what to do where there is no such line', () => {
    expect(() => document.line(/^group: (\S+)$/m)).toThrow('run "make things"');
  });

  test('is parsed once', () => {
    expect(document.parse()).toEqual({ kind: 'Thing' });
    expect(document.parse()).toBe(document.parse());
  });
});
