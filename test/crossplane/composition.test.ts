import { describe, expect, test } from 'vitest';
import type { Composer } from '../../src/crossplane/composition.ts';
import { compositions } from '../../src/crossplane/composition.ts';
import { fmt, ifSet, json, merge, pick, unroll } from '../../src/crossplane/expressions.ts';
import type { Patch, ResourceTemplate } from '../../src/crossplane/pipeline.ts';
import { resourcesOf } from '../../src/crossplane/pipeline.ts';
import * as ec2 from '../../src/imports/ec2.aws.m.upbound.io.ts';
import * as eks from '../../src/imports/eks.aws.m.upbound.io.ts';
import * as helm from '../../src/imports/helm.m.crossplane.io.ts';
import * as iam from '../../src/imports/iam.aws.m.upbound.io.ts';
import { Box, Inner, Tagged, TaggedInner } from '../fixtures/api.ts';
import { packageOf } from '../fixtures/package.ts';

/** The resources that an author's Composition of XBox holds, and the status fields that the kit made. */
function composed(author: (composer: Composer<typeof Box, never>) => void) {
  const blueprints = compositions(Box, composer => author(composer as Composer<typeof Box, never>));
  const inner = compositions(
    Inner,
    ({ compose }) => void compose('vpc', ec2.Vpc, { spec: { forProvider: { region } } }),
  );
  const part = packageOf(inner, blueprints).parts.find(({ api }) => api.kind === 'XBox');
  const status = part?.xrd.spec.versions[0].schema.openAPIV3Schema.properties?.status?.properties;
  return { resources: part?.compositions.flatMap(resourcesOf) ?? [], observed: status?.observed };
}

/** The patches beside those that every resource has: its name, and the label with its composite resource's name. */
const own = ({ patches = [] }: ResourceTemplate = { name: '', base: Inner.GVK }): readonly Patch[] => patches.slice(2);

const region = 'af-south-1';

test('a resource is named and labelled by the kit', () => {
  const { resources } = composed(
    ({ compose }) => void compose('vpc', ec2.Vpc, { spec: { forProvider: { region } } }, { sets: ['net'] }),
  );
  expect(resources).toEqual([
    {
      name: 'vpc',
      base: {
        apiVersion: 'ec2.aws.m.upbound.io/v1beta1',
        kind: 'VPC',
        metadata: { labels: { 'example.org/resource': 'vpc', 'example.org/net': 'true' } },
        spec: { forProvider: { region } },
      },
      patches: [
        {
          type: 'FromCompositeFieldPath',
          fromFieldPath: 'metadata.name',
          toFieldPath: 'metadata.name',
          transforms: [{ type: 'string', string: { type: 'Format', fmt: '%v-vpc' } }],
          policy: { fromFieldPath: 'Required' },
        },
        {
          type: 'FromCompositeFieldPath',
          fromFieldPath: 'metadata.name',
          toFieldPath: 'metadata.labels[example.org/xbox]',
          policy: { fromFieldPath: 'Required' },
        },
      ],
    },
  ]);
});

describe('a reference becomes a patch to where it stands', () => {
  const Required = { policy: { fromFieldPath: 'Required' } };
  const vpc = (
    author: (
      xr: Composer<typeof Box, never>['xr'],
    ) => Parameters<typeof ec2.Vpc.manifest>[0]['spec']['forProvider'] | object,
  ) =>
    composed(({ xr, compose }) => void compose('vpc', ec2.Vpc, { spec: { forProvider: { region, ...author(xr) } } }))
      .resources[0];

  test.each([
    {
      reason: 'a field with a default: the patch is required',
      resource: vpc(xr => ({ cidrBlock: xr.spec.cidr })),
      patch: { fromFieldPath: 'spec.cidr', toFieldPath: 'spec.forProvider.cidrBlock', ...Required },
    },
    {
      reason: 'an optional field: the patch is optional',
      resource: vpc(xr => ({ cidrBlock: xr.spec.note })),
      patch: { fromFieldPath: 'spec.note', toFieldPath: 'spec.forProvider.cidrBlock' },
    },
    {
      reason: 'a key that is no plain name',
      resource: vpc(xr => ({ tags: { 'example.org/of': xr.spec.cidr } })),
      patch: { fromFieldPath: 'spec.cidr', toFieldPath: 'spec.forProvider.tags[example.org/of]', ...Required },
    },
    {
      reason: 'a text with one reference, its own per cent signs kept',
      resource: vpc(xr => ({ cidrBlock: fmt`100% ${xr.spec.cidr}` })),
      patch: {
        fromFieldPath: 'spec.cidr',
        toFieldPath: 'spec.forProvider.cidrBlock',
        transforms: [{ type: 'string', string: { type: 'Format', fmt: '100%% %v' } }],
        ...Required,
      },
    },
    {
      reason: 'a table of a truth value',
      resource: vpc(xr => ({ instanceTenancy: pick(xr.spec.dns, { true: 'default', false: 'dedicated' }) })),
      patch: {
        fromFieldPath: 'spec.dns',
        toFieldPath: 'spec.forProvider.instanceTenancy',
        transforms: [
          { type: 'convert', convert: { toType: 'string' } },
          { type: 'map', map: { true: 'default', false: 'dedicated' } },
        ],
        ...Required,
      },
    },
    {
      reason: 'an item of a list that was unrolled',
      resource: vpc(xr => ({ cidrBlock: unroll(xr.spec.zones, 3)[2]?.name })),
      patch: { fromFieldPath: 'spec.zones[2].name', toFieldPath: 'spec.forProvider.cidrBlock', ...Required },
    },
    {
      reason: 'an item that minItems does not promise',
      resource: vpc(xr => ({ cidrBlock: xr.spec.zones[2].name })),
      patch: { fromFieldPath: 'spec.zones[2].name', toFieldPath: 'spec.forProvider.cidrBlock' },
    },
  ])('$reason', ({ resource, patch }) => {
    expect(own(resource)).toEqual([{ type: 'FromCompositeFieldPath', ...patch }]);
  });

  test('several references in one text are combined, texts within texts too', () => {
    const identity = (xr: Composer<typeof Box, never>['xr']) => fmt`${xr.metadata.namespace}/${xr.metadata.name}`;
    expect(own(vpc(xr => ({ cidrBlock: fmt`${identity(xr)}:${xr.spec.cidr}` })))).toEqual([
      {
        type: 'CombineFromComposite',
        combine: {
          variables: [
            { fromFieldPath: 'metadata.namespace' },
            { fromFieldPath: 'metadata.name' },
            { fromFieldPath: 'spec.cidr' },
          ],
          strategy: 'string',
          string: { fmt: '%v/%v:%v' },
        },
        toFieldPath: 'spec.forProvider.cidrBlock',
        policy: { fromFieldPath: 'Required' },
      },
    ]);
  });

  test('a choice by presence stands in the base, and is patched over', () => {
    const resource = vpc(xr => ({ instanceTenancy: ifSet(xr.spec.note, 'dedicated', 'default') }));
    expect(resource?.base.spec).toEqual({ forProvider: { region, instanceTenancy: 'default' } });
    expect(own(resource)).toEqual([
      {
        type: 'FromCompositeFieldPath',
        fromFieldPath: 'spec.note',
        toFieldPath: 'spec.forProvider.instanceTenancy',
        transforms: [{ type: 'match', match: { patterns: [{ type: 'regexp', regexp: '.*', result: 'dedicated' }] } }],
        policy: { fromFieldPath: 'Optional' },
      },
    ]);
  });

  test('a merge comes after what it is merged under', () => {
    const resource = vpc(xr => ({ tags: merge(xr.spec.tags, { a: 'b', Name: xr.spec.cidr }) }));
    expect(resource?.base.spec).toEqual({ forProvider: { region, tags: { a: 'b' } } });
    expect(own(resource).map(({ toFieldPath, policy }) => [toFieldPath, policy?.toFieldPath])).toEqual([
      ['spec.forProvider.tags.Name', undefined],
      ['spec.forProvider.tags', 'MergeObjects'],
    ]);
  });

  test('a JSON document', () => {
    const { resources } = composed(({ xr, compose }) => {
      const policy = json({
        Version: '2012-10-17',
        Statement: [{ Action: ['eks:*'], Resource: fmt`arn:${xr.spec.cidr}:100%` }],
      });
      compose('policy', iam.RolePolicy, { spec: { forProvider: { role: 'r', policy } } });
    });
    expect(own(resources[0])).toMatchObject([
      {
        toFieldPath: 'spec.forProvider.policy',
        transforms: [
          { string: { fmt: '{"Version":"2012-10-17","Statement":[{"Action":["eks:*"],"Resource":"arn:%v:100%%"}]}' } },
        ],
      },
    ]);
  });

  test('a list of references', () => {
    const { resources } = composed(({ xr, compose }) => {
      const subnetIds = unroll(xr.spec.zones, 2).map(({ name }) => name);
      compose('cluster', eks.Cluster, { spec: { forProvider: { region, vpcConfig: { subnetIds } } } });
    });
    expect(resources[0]?.base.spec).toEqual({ forProvider: { region } });
    expect(own(resources[0]).map(({ toFieldPath }) => toFieldPath)).toEqual([
      'spec.forProvider.vpcConfig.subnetIds[0]',
      'spec.forProvider.vpcConfig.subnetIds[1]',
    ]);
  });

  test('values of any shape', () => {
    const { resources } = composed(({ xr, compose }) => {
      const values = { settings: { clusterName: xr.metadata.name, list: [{ on: xr.spec.dns, plain: 1 }] } };
      compose('chart', helm.Release, { spec: { forProvider: { chart: { name: 'c' }, namespace: 'n', values } } });
    });
    expect(resources[0]?.base.spec).toMatchObject({ forProvider: { values: { settings: { list: [{ plain: 1 }] } } } });
    expect(own(resources[0]).map(({ toFieldPath }) => toFieldPath)).toEqual([
      'spec.forProvider.values.settings.clusterName',
      'spec.forProvider.values.settings.list[0].on',
    ]);
  });
});

describe('an observed value', () => {
  test('goes to other resources through the status field that shows it', () => {
    const { resources, observed } = composed(({ xr, compose, publish }) => {
      const vpc = compose('vpc', ec2.Vpc, { spec: { forProvider: { region } } });
      publish(vpc.observed.id, xr.status.vpcId);
      compose('gateway', ec2.InternetGateway, { spec: { forProvider: { region, vpcId: vpc.observed.id } } });
    });
    expect(own(resources[0])).toEqual([
      { type: 'ToCompositeFieldPath', fromFieldPath: 'status.atProvider.id', toFieldPath: 'status.vpcId' },
    ]);
    expect(own(resources[1])).toMatchObject([{ fromFieldPath: 'status.vpcId', policy: { fromFieldPath: 'Required' } }]);
    expect(observed).toBeUndefined();
  });

  test('or through one that the kit declares', () => {
    const { resources, observed } = composed(({ compose }) => {
      const cluster = compose('the-cluster', eks.Cluster, { spec: { forProvider: { region, vpcConfig: {} } } });
      const url = cluster.observed.identity[0].oidc[0].issuer;
      compose('a', iam.OpenIdConnectProvider, { spec: { forProvider: { url, clientIdList: ['sts.amazonaws.com'] } } });
      compose('b', iam.OpenIdConnectProvider, { spec: { forProvider: { url, clientIdList: ['sts.amazonaws.com'] } } });
    });
    const path = 'status.observed.theCluster.identityOidcIssuer';
    expect(own(resources[0])).toEqual([
      {
        type: 'ToCompositeFieldPath',
        fromFieldPath: 'status.atProvider.identity[0].oidc[0].issuer',
        toFieldPath: path,
      },
    ]);
    expect(resources.slice(1).flatMap(own)).toMatchObject([{ fromFieldPath: path }, { fromFieldPath: path }]);
    expect(observed).toMatchObject({
      properties: { theCluster: { type: 'object', properties: { identityOidcIssuer: { type: 'string' } } } },
    });
  });

  test('of an API of our own is its status', () => {
    const { resources } = composed(({ xr, compose, publish }) => {
      const inner = compose('inner', Inner, { metadata: { name: xr.metadata.name }, spec: { mode: 'fast' } });
      publish(fmt`${inner.observed.url}/`, xr.status.vpcId);
    });
    expect(resources[0]?.patches?.at(-1)).toEqual({
      type: 'ToCompositeFieldPath',
      fromFieldPath: 'status.url',
      toFieldPath: 'status.vpcId',
      transforms: [{ type: 'string', string: { type: 'Format', fmt: '%v/' } }],
    });
  });
});

test('a selector finds by label, in the same composite resource', () => {
  const { resources } = composed(({ compose, select }) => {
    const vpc = compose('vpc', ec2.Vpc, { spec: { forProvider: { region } } });
    compose('subnet', ec2.Subnet, { spec: { forProvider: { region, vpcIdSelector: select(vpc) } } });
  });
  expect(resources[1]?.base.spec).toEqual({
    forProvider: {
      region,
      vpcIdSelector: { matchControllerRef: true, matchLabels: { 'example.org/resource': 'vpc' } },
    },
  });
});

test('uses() is a Usage between managed resources that replays the deletion', () => {
  const { resources } = composed(({ compose, uses }) => {
    const vpc = compose('vpc', ec2.Vpc, { spec: { forProvider: { region } } });
    const subnet = compose('subnet', ec2.Subnet, { spec: { forProvider: { region } } });
    uses(subnet, vpc, 'the subnet is in it');
  });
  const end = (kind: string, name: string) => ({
    apiVersion: 'ec2.aws.m.upbound.io/v1beta1',
    kind,
    resourceSelector: { matchControllerRef: true, matchLabels: { 'example.org/resource': name } },
  });
  expect(resources[2]?.base).toMatchObject({
    apiVersion: 'protection.crossplane.io/v1beta1',
    kind: 'Usage',
    spec: { of: end('VPC', 'vpc'), by: end('Subnet', 'subnet'), reason: 'the subnet is in it', replayDeletion: true },
  });
});

test('a variant is a Composition of its own, the first is the default, and the API refuses the wrong one', () => {
  const inner = compositions(
    Inner,
    ({ variant, compose }) => void compose(variant, ec2.Vpc, { spec: { forProvider: { region } } }),
  );
  const [part] = packageOf(inner).parts;
  expect(part?.compositions.map(({ metadata }) => metadata.name)).toEqual(['xinner-plain', 'xinner-guarded']);
  expect(part?.compositions.flatMap(resourcesOf).map(({ name }) => name)).toEqual(['plain', 'guarded']);
  expect(part?.xrd.spec.defaultCompositionRef).toEqual({ name: 'xinner-plain' });
  expect(part?.schema.properties?.spec?.['x-kubernetes-validations']?.map(({ message }) => message)).toEqual([
    'with the mode fast, spec.crossplane.compositionRef.name must be xinner-plain or left out',
    'with the mode safe, spec.crossplane.compositionRef.name must be xinner-guarded',
  ]);
});

describe('a reference used as the value it will have', () => {
  test.each([
    { reason: 'joined to a text', use: (ref: never) => `${ref}-vpc` },
    { reason: 'written as JSON', use: (ref: never) => JSON.stringify(ref) },
    { reason: 'looped over', use: (ref: never) => [...(ref as readonly unknown[])] },
    { reason: 'spread', use: (ref: never) => ({ ...(ref as object) }) },
  ])('$reason: throws and names the field', ({ use }) => {
    expect(() => composed(({ xr }) => void use(xr.spec.zones as never))).toThrow(
      /^xr\.spec\.zones is known only to Crossplane, when it runs/,
    );
  });
});

describe('a field that is handed down', () => {
  const tags = { from: 'spec.tags', to: 'spec.tags' };
  const handed = (author: (composer: Composer<typeof Tagged, never>) => void) =>
    packageOf(
      compositions(TaggedInner, ({ xr, readElsewhere }) => readElsewhere(xr.spec.tags)),
      compositions(Tagged, composer => {
        composer.handDown(composer.xr.spec.tags);
        author(composer as Composer<typeof Tagged, never>);
      }),
    )
      .parts.find(({ api }) => api.kind === 'XTagged')
      ?.compositions.flatMap(resourcesOf)
      .map(resource =>
        own(resource).flatMap(patch =>
          'combine' in patch ? [] : [{ from: patch.fromFieldPath, to: patch.toFieldPath }],
        ),
      );

  test.each<{ reason: string; author: (composer: Composer<typeof Tagged, never>) => void; patches: readonly object[] }>(
    [
      {
        reason: 'goes to a resource that has it too',
        author: ({ compose }) => void compose('inner', TaggedInner, { spec: {} }),
        patches: [tags],
      },
      {
        reason: 'goes beside what is merged',
        author: ({ compose, xr }) => void compose('inner', TaggedInner, { spec: merge(xr.spec.inner, {}) }),
        patches: [{ from: 'spec.inner', to: 'spec' }, tags],
      },
      {
        reason: 'stays away where its author gives another',
        author: ({ compose }) => void compose('inner', TaggedInner, { spec: { tags: { a: 'b' } } }),
        patches: [],
      },
      {
        reason: 'and where there is no such field',
        author: ({ compose }) => void compose('vpc', ec2.Vpc, { spec: { forProvider: { region } } }),
        patches: [],
      },
    ],
  )('$reason', ({ author, patches }) => expect(handed(author)).toEqual([patches]));

  test('is a field', () => {
    expect(() => composed(({ xr, handDown }) => handDown(fmt`${xr.spec.cidr}!`))).toThrow('handDown: wants a field');
  });
});
