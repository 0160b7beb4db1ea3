import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Composer } from '../../src/crossplane/composition.ts';
import { compositions } from '../../src/crossplane/composition.ts';
import { awaited, between, fmt, merge, pick, whenKnown } from '../../src/crossplane/expressions.ts';
import { resourcesOf } from '../../src/crossplane/pipeline.ts';
import { manifestsOf, render } from '../../src/crossplane/render.ts';
import * as ec2 from '../../src/imports/ec2.aws.m.upbound.io.ts';
import * as iam from '../../src/imports/iam.aws.m.upbound.io.ts';
import { api } from '../fixtures/api.ts';
import { findingsOf, packageOf } from '../fixtures/package.ts';

/** A part that is made before all that it needs is known. */
const Part = api({
  kind: 'XPart',
  plural: 'xparts',
  description: 'A part.',
  spec: z.object({ vpcId: z.string().optional() }),
  status: z.object({}),
  columns: () => [],
});

const Whole = api({
  kind: 'XWhole',
  plural: 'xwholes',
  description: 'A whole.',
  longestName: 12,
  spec: z.object({
    size: z.enum(['s', 'l']).default('s'),
    own: z.object({ a: z.string().optional(), b: z.string().optional() }).optional(),
  }),
  status: z.object({ account: z.string().optional() }),
  columns: () => [],
});

const region = 'af-south-1';
const part = compositions(Part, ({ xr, compose }) => {
  compose('early', ec2.Vpc, { spec: { forProvider: { region } } });
  compose('late', ec2.Subnet, { spec: { forProvider: { region, vpcId: awaited(xr.spec.vpcId) } } });
});

const whole = (author: (composer: Composer<typeof Whole, never>) => void) =>
  compositions(Whole, composer => {
    author(composer as Composer<typeof Whole, never>);
    composer.readElsewhere(composer.xr.spec.size);
    composer.readElsewhere(composer.xr.spec.own);
    const account = compose(composer as Composer<typeof Whole, never>);
    composer.publish(account, composer.xr.status.account);
  });

/** A role, of whose ARN a piece is shown. */
function compose({ compose }: Composer<typeof Whole, never>) {
  const role = compose('role', iam.Role, {
    metadata: { annotations: { 'crossplane.io/external-name': 'team-sample' } },
    spec: {
      forProvider: {
        assumeRolePolicy:
          '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}',
      },
    },
  });
  return between(role.observed.arn, 'arn:aws:iam::', ':');
}

const rendered = (author: (composer: Composer<typeof Whole, never>) => void, spec: object = {}) =>
  render(packageOf(part, whole(author)), {
    ...Whole.GVK,
    metadata: { name: 'sample', namespace: 'team' },
    spec,
  });

describe('a value that is known later', () => {
  const passing = ({ compose }: Composer<typeof Whole, never>) => {
    const vpc = compose('vpc', ec2.Vpc, { spec: { forProvider: { region } } });
    compose('part', Part, { spec: { vpcId: whenKnown(vpc.observed.id) } });
  };

  test('whenKnown: a part is made without it, and gets it; awaited: in the part, only what needs it waits', () => {
    const { resources } = rendered(passing);
    expect(resources.map(({ name, round }) => [name, round])).toEqual([
      ['vpc', 1],
      ['part', 1],
      ['role', 1],
    ]);
    const made = resources[1]?.rendered;
    expect(made && manifestsOf(made).map(({ kind, spec }) => [kind, spec])).toEqual([
      ['VPC', { forProvider: { region } }],
      ['Subnet', { forProvider: { region, vpcId: 'vpc.id' } }],
    ]);
  });

  test('the proof takes such waiting for what its author wants', () => {
    expect(findingsOf(part, whole(passing))).toEqual([]);
  });

  test('after: a resource waits for a value that it does not use, which stands in an annotation', () => {
    const { resources } = rendered(({ compose }) => {
      const vpc = compose('vpc', ec2.Vpc, { spec: { forProvider: { region } } });
      const after = [vpc.observed.id, vpc.observed.arn];
      compose('gateway', ec2.InternetGateway, { spec: { forProvider: { region } } }, { after });
    });
    const gateway = resources.find(({ name }) => name === 'gateway');
    expect(gateway?.round).toBe(3);
    expect(gateway?.manifest.metadata?.annotations).toEqual({
      'example.org/after': 'vpc.id',
      'example.org/after-2': 'vpc.arn',
    });
  });
});

describe('between', () => {
  test('is a regular expression with one group, and its text is taken', () => {
    const { composite, composition } = rendered(() => {});
    const [role] = resourcesOf(composition);
    expect(role?.patches?.at(-1)).toEqual({
      type: 'ToCompositeFieldPath',
      fromFieldPath: 'status.atProvider.arn',
      toFieldPath: 'status.account',
      transforms: [
        { type: 'string', string: { type: 'Regexp', regexp: { match: '^arn:aws:iam::([^:]+):', group: 1 } } },
      ],
    });
    expect(composite.status).toEqual({ account: 'role.arn' });
  });
});

describe('merge', () => {
  const pinned = { s: { a: 'pinned', b: 'pinned' }, l: {} };
  const tags = (spec: object) =>
    rendered(({ xr, compose }) => {
      const merged = merge(pick(xr.spec.size, pinned), xr.spec.own) as never;
      compose('vpc', ec2.Vpc, { spec: { forProvider: { region, tags: merged } } });
    }, spec).resources[0]?.manifest.spec;

  test.each([
    { spec: {}, want: { a: 'pinned', b: 'pinned' } },
    { spec: { own: { a: 'own' } }, want: { a: 'own', b: 'pinned' } },
    { spec: { size: 'l', own: { a: 'own' } }, want: { a: 'own' } },
  ])('what is given wins over what is picked: $spec', ({ spec, want }) => {
    expect(tags(spec)).toEqual({ forProvider: { region, tags: want } });
  });
});

test('a text takes texts', () => {
  const { resources } = rendered(({ xr, compose }) => {
    const which = 'first';
    compose('vpc', ec2.Vpc, { spec: { forProvider: { region, cidrBlock: fmt`${xr.metadata.name}-${which}!` } } });
  });
  expect(resources[0]?.manifest.spec).toEqual({ forProvider: { region, cidrBlock: 'sample-first!' } });
});

test('an API may want shorter names than Kubernetes', () => {
  const { parts } = packageOf(
    part,
    whole(() => {}),
  );
  const name = ({ schema }: (typeof parts)[number]) => schema.properties?.metadata?.properties?.name;
  expect(parts.map(name)).toEqual([
    { type: 'string', maxLength: 63 },
    { type: 'string', maxLength: 12 },
  ]);
});

describe('the proof', () => {
  const Either = api({
    kind: 'XEither',
    plural: 'xeithers',
    description: 'One of two.',
    spec: z
      .object({ a: z.string().optional(), b: z.string().optional(), size: z.enum(['s', 'l']).default('s') })
      .meta({ 'x-kubernetes-validations': [{ rule: 'has(self.a) != has(self.b)', message: 'one of the two' }] }),
    status: z.object({}),
    columns: () => [],
    variants: {
      a: { when: 'has(self.a)', meaning: 'a' },
      b: { when: 'has(self.b)', meaning: 'b' },
    },
  });

  test('tries all values where fields exclude each other, too', () => {
    const blueprints = compositions(Either, ({ xr, compose }) => {
      const cidrBlock = pick(xr.spec.size, { s: '10.0.0.0/16', l: 8 } as never) as never;
      compose('vpc', ec2.Vpc, { spec: { forProvider: { region, cidrBlock } } });
    });
    expect(findingsOf(blueprints)).toEqual([
      expect.stringContaining('must be a string, not 8; put it in quotes (with size = "l")'),
      expect.stringContaining('must be a string, not 8; put it in quotes (with size = "l")'),
    ]);
  });
});
