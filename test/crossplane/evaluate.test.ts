import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/crossplane/evaluate.ts';
import type { Manifest, Patch } from '../../src/crossplane/pipeline.ts';
import { compositionOf } from '../../src/crossplane/pipeline.ts';

const composite: Manifest = {
  apiVersion: 'example.org/v1',
  kind: 'XThing',
  metadata: { name: 'a', namespace: 'team' },
  spec: {
    region: 'af-south-1',
    size: 'small',
    dns: true,
    port: 5432,
    tags: { owner: 'me', Name: 'theirs' },
    empty: null,
  },
};
const base: Manifest = { apiVersion: 'example.org/v1', kind: 'Part', spec: { tags: { Name: 'ours' } } };
const existing: Manifest = { ...base, metadata: { name: 'part-1' }, status: { id: 'id-1', nested: { a: 1 } } };

const run = (patches: readonly Patch[], observed: readonly [string, Manifest][] = []) =>
  evaluate(compositionOf('c', composite, [{ name: 'part', base, patches }]), composite, new Map(observed));

const from = (fromFieldPath: string, more: Partial<Extract<Patch, { fromFieldPath: string }>> = {}): Patch => ({
  type: 'FromCompositeFieldPath',
  fromFieldPath,
  toFieldPath: 'spec.value',
  ...more,
});

describe('a value goes from the composite resource to a resource', () => {
  const text = (fmt: string) => ({ transforms: [{ type: 'string', string: { type: 'Format', fmt } } as const] });
  test.each([
    { reason: 'as it is', patch: from('spec.region'), value: 'af-south-1' },
    { reason: 'through a format', patch: from('spec.region', text('%v-100%%')), value: 'af-south-1-100%' },
    { reason: 'a number through a format', patch: from('spec.port', text('port %v')), value: 'port 5432' },
    {
      reason: 'through a map',
      patch: from('spec.size', { transforms: [{ type: 'map', map: { small: 1, large: 2 } }] }),
      value: 1,
    },
    {
      reason: 'a truth value through text and a map',
      patch: from('spec.dns', {
        transforms: [
          { type: 'convert', convert: { toType: 'string' } },
          { type: 'map', map: { true: 'on', false: 'off' } },
        ],
      }),
      value: 'on',
    },
    {
      reason: 'its SHA-1, as sha1sum tells it',
      patch: from('spec.region', { transforms: [{ type: 'string', string: { type: 'Convert', convert: 'ToSha1' } }] }),
      value: '620200f6598ccc4d8e38da7bf3796a27e2db06a2',
    },
    {
      reason: 'its presence, through a match',
      patch: from('spec.tags', {
        transforms: [
          { type: 'string', string: { type: 'Convert', convert: 'ToJson' } },
          { type: 'match', match: { patterns: [{ type: 'regexp', regexp: '.*', result: 'set' }] } },
        ],
      }),
      value: 'set',
    },
    {
      reason: 'several in one text',
      patch: {
        type: 'CombineFromComposite',
        combine: {
          variables: [{ fromFieldPath: 'metadata.namespace' }, { fromFieldPath: 'metadata.name' }],
          strategy: 'string',
          string: { fmt: '%v/%v' },
        },
        toFieldPath: 'spec.value',
      } as const,
      value: 'team/a',
    },
  ])('$reason', ({ patch, value }) => {
    expect(run([patch]).resources.get('part')?.spec).toEqual({ tags: { Name: 'ours' }, value });
  });

  test('a merge takes what is empty for absent, as mergo does', () => {
    const patch = from('spec', { toFieldPath: 'spec', policy: { toFieldPath: 'MergeObjects' } });
    const ours: Manifest = { ...base, spec: { dns: false, region: 'eu-west-1' } };
    const composition = compositionOf('c', composite, [{ name: 'part', base: ours, patches: [patch] }]);
    const { resources } = evaluate(composition, composite, new Map());
    expect(resources.get('part')?.spec).toMatchObject({ dns: true, region: 'eu-west-1', size: 'small' });
  });

  test('a merge keeps what is there', () => {
    const patch = from('spec.tags', { toFieldPath: 'spec.tags', policy: { toFieldPath: 'MergeObjects' } });
    expect(run([patch]).resources.get('part')?.spec).toEqual({ tags: { Name: 'ours', owner: 'me' } });
  });
});

describe('a source that is missing', () => {
  const required = from('status.later', { policy: { fromFieldPath: 'Required' } });
  test('optional: the patch is skipped', () => {
    expect(run([from('status.later')]).resources.get('part')).toEqual(base);
  });
  test('required, of a resource that is not there: the resource waits', () => {
    const { resources, waiting } = run([required]);
    expect([...resources]).toEqual([]);
    expect([...waiting]).toEqual([['part', 'status.later']]);
  });
  test('required, of a resource that is there: the patch is skipped, the name stays', () => {
    const { resources } = run([required], [['part', existing]]);
    expect(resources.get('part')).toEqual({ ...base, metadata: { name: 'part-1' } });
  });
});

describe('a value goes from a resource to the composite resource', () => {
  const patches: readonly Patch[] = [
    { type: 'ToCompositeFieldPath', fromFieldPath: 'status.id', toFieldPath: 'status.partId' },
    {
      type: 'CombineToComposite',
      combine: {
        variables: [{ fromFieldPath: 'status.id' }, { fromFieldPath: 'metadata.name' }],
        strategy: 'string',
        string: { fmt: '%v of %v' },
      },
      toFieldPath: 'status.text',
    },
  ];
  test('once the resource is there', () => {
    expect(run(patches, [['part', existing]]).status).toEqual({ partId: 'id-1', text: 'id-1 of part-1' });
  });
  test('not before', () => {
    expect(run(patches).status).toEqual({});
  });
});

describe('what function-patch-and-transform fails on', () => {
  test.each([
    {
      reason: 'a map without the case',
      patch: from('spec.size', { transforms: [{ type: 'map', map: { large: 2 } }] }),
      says: 'the map transform has no case for "small", only large',
    },
    {
      reason: 'a map of what is no text',
      patch: from('spec.dns', { transforms: [{ type: 'map', map: { true: 2 } }] }),
      says: 'the map transform takes a text, not true',
    },
    {
      reason: 'a match of what is no text',
      patch: from('spec.port', { transforms: [{ type: 'match', match: { patterns: [] } }] }),
      says: 'the match transform takes a text, not 5432',
    },
    {
      reason: 'an object in a text',
      patch: from('spec.tags', { transforms: [{ type: 'string', string: { type: 'Format', fmt: '%v' } }] }),
      says: 'is not a text, number or truth value, and would be written as Go prints it',
    },
    {
      reason: 'a verb that the kit does not write',
      patch: from('spec.port', { transforms: [{ type: 'string', string: { type: 'Format', fmt: '%d' } }] }),
      says: 'does not take 1 values at %d',
    },
    {
      reason: 'a field below a text',
      patch: from('spec.region', { toFieldPath: 'kind.of' }),
      says: 'kind is not an object',
    },
  ] as const)('$reason', ({ patch, says }) => {
    expect(() => run([patch])).toThrow(says);
  });
});
