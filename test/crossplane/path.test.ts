import { describe, expect, it } from 'vitest';
import { formatPath, getPath, type Path, parsePath, setPath } from '../../src/crossplane/path.ts';

describe('field paths', () => {
  const spelled: readonly { reason: string; path: Path; text: string }[] = [
    { reason: 'the root has no name', path: [], text: '' },
    { reason: 'fields are joined by points', path: ['spec', 'forProvider', 'region'], text: 'spec.forProvider.region' },
    { reason: 'items are numbered', path: ['spec', 'subnets', 1, 'cidr'], text: 'spec.subnets[1].cidr' },
    { reason: 'lists of lists', path: [0, 1], text: '[0][1]' },
    {
      reason: 'a key with a point',
      path: ['metadata', 'labels', 'example.org/x'],
      text: 'metadata.labels[example.org/x]',
    },
    { reason: 'a dash needs no brackets', path: ['data', 'a-b'], text: 'data.a-b' },
    { reason: 'a key of digits is not an index', path: ['data', '0'], text: "data['0']" },
  ];
  it.each(spelled)('writes and reads: $reason', ({ path, text }) => {
    expect(formatPath(path)).toBe(text);
    expect(parsePath(text)).toEqual(path);
  });

  it.each([
    {
      reason: 'quotes around a key are taken off',
      text: "metadata.annotations['crossplane.io/x']",
      path: ['metadata', 'annotations', 'crossplane.io/x'],
    },
    { reason: 'outside brackets a number is a field', text: 'a.0', path: ['a', '0'] },
    { reason: 'past 32 bits a number is a field', text: 'a[4294967296]', path: ['a', '4294967296'] },
  ])('reads as crossplane-runtime does: $reason', ({ text, path }) => {
    expect(parsePath(text)).toEqual(path);
  });

  it.each([
    { reason: 'leading point', text: '.a', message: 'unexpected "." at position 0' },
    { reason: 'trailing point', text: 'a.', message: 'unexpected "." at position 1' },
    { reason: 'two points', text: 'a..b', message: 'unexpected "." at position 2' },
    { reason: 'point before a bracket', text: 'a.[0]', message: 'unexpected "[" at position 2' },
    { reason: 'empty brackets', text: 'a[]', message: 'unexpected "]" at position 2' },
    { reason: 'open bracket', text: 'a[0', message: 'position 1' },
    { reason: 'stray closing bracket', text: 'a]b', message: 'unexpected "]" at position 1' },
    { reason: 'bracket within brackets', text: 'a[b[0]]', message: 'unexpected "[" at position 3' },
    { reason: 'wildcard', text: 'a[*].b', message: 'it names many places' },
  ])('refuses: $reason', ({ text, message }) => {
    expect(() => parsePath(text)).toThrow(message);
  });

  it('gets what is there, and undefined for what is not', () => {
    const value = { a: [{ b: 1 }], n: null };
    expect(getPath(value, ['a', 0, 'b'])).toBe(1);
    expect(getPath(value, [])).toBe(value);
    for (const path of [['a', 1], ['a', 'length'], ['n', 'x'], ['toString'], ['a', 0, 'b', 'c']] as const) {
      expect(getPath(value, path), formatPath(path)).toBeUndefined();
    }
  });

  it('sets as Crossplane does: makes what is missing, fills lists with nulls, leaves the original alone', () => {
    const value = { a: { b: [1] }, same: {} };
    expect(setPath({}, ['x', 1, 'y'], 2)).toEqual({ x: [null, { y: 2 }] });
    const set = setPath(value, ['a', 'b', 3], 4);
    expect(set).toEqual({ a: { b: [1, null, null, 4] }, same: {} });
    expect(value).toEqual({ a: { b: [1] }, same: {} });
    expect(getPath(set, ['same'])).toBe(value.same);
  });

  it.each([
    { reason: 'an index into an object', path: ['a', 0], message: 'a is not an array' },
    { reason: 'a field of a list', path: ['l', 'x'], message: 'l is not an object' },
    { reason: 'a field of a null', path: ['n', 'x'], message: 'n is not an object' },
    { reason: 'an index past the limit', path: ['l', 1025], message: 'index 1025 is above 1024' },
  ])('refuses to set: $reason', ({ path, message }) => {
    expect(() => setPath({ a: {}, l: [], n: null }, path, 1)).toThrow(message);
  });
});
