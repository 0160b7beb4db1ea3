import { describe, expect, it } from 'vitest';
import { applyEdits, replacedIn } from '../../src/local/module-copies.ts';

describe('applyEdits', () => {
  const edit = { file: 'main.go', find: 'b', replace: '$&' };

  it('replaces the text, taking nothing in it for a pattern', () => {
    expect(applyEdits('abc', [edit])).toBe('a$&c');
  });

  it.each([
    ['ac', 0],
    ['abcb', 2],
  ])('refuses %s, where the text stands %i times', (source, count) => {
    expect(() => applyEdits(source, [edit])).toThrow(`main.go: "b" stands there ${count} times`);
  });
});

describe('a go.mod that takes modules from folders', () => {
  const goMod = 'module m\n\nreplace example.org/a => example.org/b v1.0.0\n\nrequire example.org/c v1.0.0\n';
  const replaces = (text: string) => text.split('\n').filter(line => line.startsWith('replace'));

  it.each([
    [
      'a module that is required',
      'example.org/c',
      ['replace example.org/a => example.org/b v1.0.0', 'replace example.org/c => /x'],
    ],
    ['a module that is replaced already, which Go allows once', 'example.org/a', ['replace example.org/a => /x']],
  ])('takes %s from there', (_, module, expected) => {
    expect(replaces(replacedIn(goMod, new Map([[module, '/x']])))).toEqual(expected);
  });

  it('leaves all else as it is', () => {
    expect(replacedIn(goMod, new Map())).toContain(goMod);
  });
});
