import { describe, expect, it } from 'vitest';
import { parsePath } from '../../src/crossplane/path.ts';
import { compilePattern, correlate, type Schema, schemaAt } from '../../src/crossplane/schema.ts';

const schema: Schema = {
  type: 'object',
  properties: {
    name: { type: 'string', title: 'name' },
    tags: { type: 'object', additionalProperties: { type: 'string', title: 'tag' } },
    zones: { type: 'array', items: { type: 'string', title: 'zone' } },
    open: {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      properties: { known: { type: 'string', title: 'known' } },
    },
  },
};

describe('schemaAt', () => {
  it.each([
    { path: 'name', title: 'name' },
    { path: 'tags[a.b/c]', title: 'tag' },
    { path: 'zones[7]', title: 'zone' },
    { path: 'open.known', title: 'known' },
  ])('finds $path', ({ path, title }) => {
    expect(schemaAt(schema, parsePath(path))?.title).toBe(title);
  });

  it('lets anything be below preserve-unknown-fields', () => {
    expect(schemaAt(schema, parsePath('open.x[0].y'))).toEqual({ 'x-kubernetes-preserve-unknown-fields': true });
  });

  it.each(['nmae', 'name.x', 'zones.x', 'tags.a.b', 'toString'])('finds nothing at %s', path => {
    expect(schemaAt(schema, parsePath(path))).toBeUndefined();
  });
});

describe('correlate', () => {
  const items: Schema = { type: 'object', properties: { k: { type: 'string' }, v: { type: 'string' } } };
  const now = [{ k: 'b' }, { k: 'a' }];
  const old = [
    { k: 'a', v: '1' },
    { k: 'b', v: '2' },
  ];

  it('finds items of a keyed list by their keys', () => {
    const keyed: Schema = {
      type: 'array',
      items,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
    };
    expect(correlate(keyed, now, old, 0)).toEqual({ k: 'b', v: '2' });
  });

  it('has no earlier item in lists without keys', () => {
    expect(correlate({ type: 'array', items }, now, old, 0)).toBeUndefined();
  });
});

describe('compilePattern', () => {
  it.each([
    { reason: 'flags in front', pattern: '(?i)^abc$', fits: 'ABC', not: 'abd' },
    { reason: 'named groups of Go', pattern: '^(?P<x>a)$', fits: 'a', not: 'b' },
    { reason: 'ends of text', pattern: '\\Aa\\z', fits: 'a', not: 'ab' },
    { reason: 'POSIX classes', pattern: '^[[:alpha:]_]+$', fits: 'a_B', not: 'a1' },
    { reason: 'not anchored by itself', pattern: 'b', fits: 'abc', not: 'ac' },
  ])('reads RE2: $reason', ({ pattern, fits, not }) => {
    expect(compilePattern(pattern).test(fits)).toBe(true);
    expect(compilePattern(pattern).test(not)).toBe(false);
  });

  it.each(['^(?!x)', '(?<=x)y', '(a)\\1'])('refuses what RE2 does not have: %s', pattern => {
    expect(() => compilePattern(pattern)).toThrow('is not in RE2');
  });
});
