import { describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import { compositions } from '../../src/crossplane/composition.ts';
import { fmt, joined, orElse, pick } from '../../src/crossplane/expressions.ts';
import { getPath } from '../../src/crossplane/path.ts';
import type { Manifest } from '../../src/crossplane/pipeline.ts';
import { environmentOf, resourcesOf } from '../../src/crossplane/pipeline.ts';
import { manifestsOf, render } from '../../src/crossplane/render.ts';
import * as ec2 from '../../src/imports/ec2.aws.m.upbound.io.ts';
import { api } from '../fixtures/api.ts';
import { findingsOf, packageOf } from '../fixtures/package.ts';

const Names = api({
  kind: 'XNames',
  plural: 'xnames',
  description: 'Names.',
  spec: z.object({
    names: z.array(z.string().regex(/^[a-z]+$/)).default(['a', 'b']),
    size: z.enum(['s', 'l']).default('s'),
    given: z.string().optional(),
  }),
  status: z.object({}),
  columns: () => [],
});

const blueprints = compositions(Names, ({ xr, compose, uses }) => {
  const { names, size, given } = xr.spec;
  const vpc = compose('vpc', ec2.Vpc, {
    spec: {
      forProvider: {
        region: 'af-south-1',
        tags: {
          one: joined(names, ', '),
          both: fmt`[${joined(names, '","')}] ${pick(size, { s: 'small', l: 'large' })} of ${xr.metadata.name}`,
          first: orElse(given, pick(size, { s: 'small', l: 'large' })),
        },
      },
    },
  });
  const gateway = compose('gateway', ec2.InternetGateway, { spec: { forProvider: { region: 'af-south-1' } } });
  uses(gateway, vpc, 'it is in it');
});
const pkg = packageOf(blueprints);

const tagsOf = (spec: object) => {
  const composite: Manifest = { ...Names.GVK, metadata: { name: 'n', namespace: 'team' }, spec };
  return manifestsOf(render(pkg, composite)).map(({ spec }) => getPath(spec, ['forProvider', 'tags']))[0];
};

describe('a text', () => {
  it.each<{ reason: string; spec: object; tags: object }>([
    {
      reason: 'the texts of a list, and values that are picked, beside a field',
      spec: {},
      tags: { one: 'a, b', both: '[a","b] small of n', first: 'small' },
    },
    {
      reason: 'one text has no separator',
      spec: { names: ['a'], size: 'l' },
      tags: { one: 'a', both: '[a] large of n', first: 'large' },
    },
    { reason: 'a field that is given stands before what is picked', spec: { given: 'mine' }, tags: { first: 'mine' } },
  ])('$reason', ({ spec, tags }) => {
    expect(tagsOf(spec)).toMatchObject(tags);
  });

  it('takes what it transforms from the environment, each value once', () => {
    const [composition] = pkg.parts[0]?.compositions ?? [];
    expect(composition && environmentOf(composition).map(({ toFieldPath }) => toFieldPath)).toEqual([
      'joined1.spec.names',
      'pick2.spec.size',
      'field3.metadata.name',
    ]);
  });
});

test('a Usage is made when both its ends exist', () => {
  const composite: Manifest = { ...Names.GVK, metadata: { name: 'n', namespace: 'team' }, spec: {} };
  const rounds = render(pkg, composite).resources.map(({ name, round }) => [name, round]);
  expect(rounds).toEqual([
    ['vpc', 1],
    ['gateway', 1],
    ['gateway-uses-vpc', 3],
  ]);
});

test('a Composition of nothing has no step that makes', () => {
  const [nothing] = packageOf(
    compositions(Names, ({ xr, readElsewhere }) => {
      for (const field of [xr.spec.names, xr.spec.size, xr.spec.given]) readElsewhere(field);
    }),
  ).parts.flatMap(({ compositions }) => compositions);
  expect(nothing?.spec.pipeline.map(({ step }) => step)).toEqual(['auto-ready']);
  expect(nothing && resourcesOf(nothing)).toEqual([]);
});

test('a Usage of what another composite resource does not make is found out', () => {
  const Other = api({ ...Names, kind: 'XOther', plural: 'xothers' });
  const other = compositions(Other, ({ xr, compose, uses, elsewhere, readElsewhere }) => {
    for (const field of [xr.spec.names, xr.spec.size, xr.spec.given]) readElsewhere(field);
    const gateway = compose('gateway', ec2.InternetGateway, { spec: { forProvider: { region: 'af-south-1' } } });
    uses(gateway, elsewhere(Names, xr.metadata.name, 'nowhere', ec2.Vpc), 'it is in it');
    uses(gateway, elsewhere(Names, xr.metadata.name, 'vpc', ec2.Subnet), 'it is in it');
  });
  const findings = findingsOf(blueprints, other);
  expect(findings).toEqual([
    expect.stringContaining('selects nothing: no resource of XNames is labelled example.org/resource=nowhere'),
    expect.stringContaining('points to Subnet (ec2), but vpc is of kind VPC'),
  ]);
});
