import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Composer } from '../../src/crossplane/composition.ts';
import { compositions } from '../../src/crossplane/composition.ts';
import { fmt, json, pick } from '../../src/crossplane/expressions.ts';
import * as aws from '../../src/imports/aws.m.upbound.io.ts';
import * as ec2 from '../../src/imports/ec2.aws.m.upbound.io.ts';
import * as eks from '../../src/imports/eks.aws.m.upbound.io.ts';
import * as iam from '../../src/imports/iam.aws.m.upbound.io.ts';
import { api, Box, Inner } from '../fixtures/api.ts';
import { findingsOf, findingsOfThing, Thing } from '../fixtures/package.ts';

type Author = (composer: Composer<typeof Thing, never>) => void;

/** What a wrong Composition holds that its types would not have let through. */
const anything = (value: unknown) => value as never;

const region = 'af-south-1';
const trust = json({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'eks.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

const broken: readonly {
  readonly what: string;
  readonly reason: string;
  readonly author: Author;
  readonly findings: readonly string[];
}[] = [
  {
    what: 'a path of the composite resource that is not declared',
    reason: 'Crossplane skips such a patch without a word',
    author: ({ xr, compose }) => {
      const misspelt = anything(xr.spec) as { cidrr: never };
      compose('vpc', ec2.Vpc, { spec: { forProvider: { region, cidrBlock: misspelt.cidrr } } });
    },
    findings: [
      'compositions/xthing: resources[vpc].patches[2].fromFieldPath: spec.cidrr is not a field of XThing; spec has region, size, crossplane',
    ],
  },
  {
    what: 'a path of the resource that its CRD does not have',
    reason: 'the API server prunes it',
    author: ({ xr, compose }) => {
      compose('vpc', ec2.Vpc, { spec: { forProvider: { region, ...{ cidr: xr.spec.region } } } });
    },
    findings: [
      expect.stringMatching(
        /^compositions\/xthing: resources\[vpc]\.patches\[2]\.toFieldPath: spec\.forProvider\.cidr is not a field of VPC; spec\.forProvider has .*cidrBlock/,
      ),
    ],
  },
  {
    what: 'a constant at a path that the CRD does not have',
    reason: 'the API server prunes it',
    author: ({ compose }) => {
      compose('vpc', ec2.Vpc, { spec: { forProvider: { region, ...{ enableDnsHostname: true } } } });
    },
    findings: [
      'compositions/xthing: resources[vpc].base.spec.forProvider.enableDnsHostname: is not a known field; did you mean enableDnsHostnames? (with the defaults)',
    ],
  },
  {
    what: 'a field that only a CEL rule requires',
    reason: 'upjet says "is a required parameter" in CEL, which types do not see',
    author: ({ compose }) => {
      compose('rule', ec2.SecurityGroupRule, {
        spec: { forProvider: { region, type: 'ingress', fromPort: 1, toPort: 1 } },
      });
    },
    findings: [
      'compositions/xthing: resources[rule].base.spec: spec.forProvider.protocol is a required parameter (with the defaults)',
    ],
  },
  {
    what: 'a required field that is missing',
    reason: 'the API server refuses the resource',
    author: ({ compose }) => {
      compose('vpc', ec2.Vpc, { spec: { forProvider: anything({ cidrBlock: '10.0.0.0/16' }) } });
    },
    findings: ['compositions/xthing: resources[vpc].base.spec.forProvider.region: is required (with the defaults)'],
  },
  {
    what: 'a value of another type',
    reason: 'the API server refuses the resource',
    author: ({ xr, compose }) => {
      compose('vpc', ec2.Vpc, { spec: { forProvider: { region, enableDnsSupport: anything(xr.spec.size) } } });
    },
    findings: [
      'compositions/xthing: resources[vpc].patches[2].toFieldPath: must be a boolean, not "s" (with the defaults)',
    ],
  },
  {
    what: 'a value that AWS does not know',
    reason: 'the CRD takes any text, and AWS refuses it minutes later',
    author: ({ compose }) => {
      compose('nodes', eks.NodeGroup, {
        spec: {
          forProvider: {
            region,
            clusterName: 'c',
            capacityType: 'ONDEMAND',
            scalingConfig: { minSize: 1, maxSize: 3, desiredSize: 3 },
          },
        },
        metadata: { annotations: { 'crossplane.io/external-name': 'team-sample' } },
      });
    },
    findings: [
      'compositions/xthing: resources[nodes].base.spec.forProvider.capacityType: AWS knows no capacityType "ONDEMAND"; it knows ON_DEMAND, SPOT, CAPACITY_BLOCK (with the defaults)',
    ],
  },
  {
    what: 'one value of an enum that AWS does not know',
    reason: 'it is found although the defaults are in order',
    author: ({ xr, compose }) => {
      const instanceTenancy = pick(xr.spec.size, { s: 'default', l: 'private' });
      compose('vpc', ec2.Vpc, { spec: { forProvider: { region, instanceTenancy } } });
    },
    findings: [
      'compositions/xthing: resources[vpc].patches[2].toFieldPath: AWS knows no instanceTenancy "private"; it knows default, dedicated (with size = "l")',
    ],
  },
  {
    what: 'a policy ARN that does not exist',
    reason: 'a role without its policy fails much later, in another program',
    author: ({ compose }) => {
      compose('attachment', iam.RolePolicyAttachment, {
        spec: { forProvider: { role: 'r', policyArn: 'arn:aws:iam::aws:policy/AmazonEKSClustersPolicy' } },
      });
    },
    findings: [
      expect.stringContaining(
        'resources[attachment].base.spec.forProvider.policyArn: there is no policy arn:aws:iam::aws:policy/AmazonEKSClustersPolicy among those that the platform uses',
      ),
    ],
  },
  {
    what: 'an IAM action that does not exist',
    reason: 'AWS takes the policy, and the program is denied',
    author: ({ compose }) => {
      const policy = json({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: ['eks:DescribeClusters'], Resource: '*' }],
      });
      compose('policy', iam.RolePolicy, { spec: { forProvider: { role: 'r', policy } } });
    },
    findings: [
      'compositions/xthing: resources[policy].base.spec.forProvider.policy: AWS knows no action "eks:DescribeClusters" (with the defaults)',
    ],
  },
  {
    what: 'a policy that is no document',
    reason: 'AWS refuses it',
    author: ({ compose }) => {
      compose('policy', iam.RolePolicy, { spec: { forProvider: { role: 'r', policy: 'allow all' } } });
    },
    findings: [
      'compositions/xthing: resources[policy].base.spec.forProvider.policy: is no policy document with statements: allow all (with the defaults)',
    ],
  },
  {
    what: 'a name in AWS that does not tell whose it is',
    reason: 'two teams with a platform of one name would fight over one role',
    author: ({ xr, compose }) => {
      compose('role', iam.Role, {
        metadata: { annotations: { 'crossplane.io/external-name': xr.metadata.name } },
        spec: { forProvider: { assumeRolePolicy: trust } },
      });
    },
    findings: [
      expect.stringContaining(
        'resources[role].patches[2].toFieldPath: is "sample", and names the Role in AWS: it must carry namespace and name of the composite resource',
      ),
    ],
  },
  {
    what: 'a reference among constants in a list',
    reason: 'the list would have a hole while the reference has no value',
    author: ({ xr, compose }) => {
      const subnetIds = ['subnet-1', xr.spec.region];
      compose('cluster', eks.Cluster, { spec: { forProvider: { region, vpcConfig: { subnetIds } } } });
    },
    findings: [
      'compositions/xthing: resources[cluster].spec.forProvider.vpcConfig.subnetIds: mixes constants and references, so a reference without a value would leave a hole: make all of its items references, or none',
    ],
  },
  {
    what: 'a selector that points to another kind',
    reason: 'the provider would never resolve it',
    author: ({ compose, select }) => {
      const gateway = compose('gateway', ec2.InternetGateway, { spec: { forProvider: { region } } });
      compose('subnet', ec2.Subnet, { spec: { forProvider: { region, vpcIdSelector: select(gateway) } } });
    },
    findings: [
      'compositions/xthing: resources[subnet].base.spec.forProvider.vpcIdSelector: points to VPC (ec2), but gateway is of kind InternetGateway (ec2.aws.m.upbound.io/v1beta1)',
    ],
  },
  {
    what: 'a selector for a set that has no member',
    reason: 'the provider would never resolve it',
    author: ({ compose, select }) => {
      compose('subnet', ec2.Subnet, { spec: { forProvider: { region, vpcIdSelector: select('vpcs') } } });
    },
    findings: [
      'compositions/xthing: resources[subnet].base.spec.forProvider.vpcIdSelector: selects nothing: no resource of XThing is labelled example.org/vpcs=true',
    ],
  },
  {
    what: 'two resources that wait for each other',
    reason: 'neither would ever be made',
    author: ({ compose }) => {
      const later = { name: 'b', GVK: ec2.Subnet.GVK, observed: anything(undefined) };
      const a = compose('a', ec2.Subnet, { spec: { forProvider: { region, vpcId: anything(observedOf('b')) } } });
      compose(later.name, ec2.Subnet, { spec: { forProvider: { region, vpcId: a.observed.vpcId } } });
    },
    findings: [
      'compositions/xthing: resources[a]: waits for itself: a -> b -> a',
      'compositions/xthing: resources[b]: waits for itself: b -> a -> b',
      'compositions/xthing: resources[a]: is never made, because nothing gives status.observed.b.vpcId a value (with the defaults)',
      'compositions/xthing: resources[b]: is never made, because nothing gives status.observed.a.vpcId a value (with the defaults)',
    ],
  },
  {
    what: 'a resource that waits for itself',
    reason: 'it would never be made',
    author: ({ compose }) => {
      compose('a', ec2.Subnet, { spec: { forProvider: { region, vpcId: anything(observedOf('a')) } } });
    },
    findings: [
      'compositions/xthing: resources[a].spec.forProvider.vpcId: waits for a.observed.vpcId, its own: it would never be made',
    ],
  },
  {
    what: 'a kind without a condition Ready',
    reason: 'the composite resource would never be ready (crossplane#3052)',
    author: ({ compose }) => {
      compose('config', aws.ProviderConfig, { spec: { credentials: { source: 'PodIdentity' } } });
    },
    findings: [
      "compositions/xthing: resources[config].readinessChecks: ProviderConfig has no condition Ready, so it would never be ready: compose it with { ready: 'always' }",
    ],
  },
  {
    what: 'a kind of which no schema is pinned',
    reason: 'nothing could be proved of it',
    author: ({ compose }) => {
      compose(
        'bucket',
        { GVK: { apiVersion: 's3.aws.m.upbound.io/v1beta1', kind: 'Bucket' }, manifest: props => props },
        {},
      );
    },
    findings: [
      'compositions/xthing: resources[bucket].base: no schema is known of Bucket (s3.aws.m.upbound.io/v1beta1): add it to src/crds/sources.ts and run "make crds"',
    ],
  },
  {
    what: 'more resources than a composite resource can carry',
    reason: 'its circuit breaker would open (crossplane#7108)',
    author: ({ compose }) => {
      for (let i = 0; i < 26; i++) compose(`vpc-${i}`, ec2.Vpc, { spec: { forProvider: { region } } });
    },
    findings: [
      'compositions/xthing: resources: has 26 resources, of which 25 are the most: give a part an API of its own',
    ],
  },
  {
    what: 'a Usage of what goes with something that nothing keeps',
    reason: 'the provider deletes policies of a role with the role, and then makes them again for ever',
    author: ({ xr, compose, uses }) => {
      const name = fmt`${xr.metadata.namespace}-${xr.metadata.name}`;
      const metadata = { annotations: { 'crossplane.io/external-name': name } };
      const role = compose('role', iam.Role, { metadata, spec: { forProvider: { assumeRolePolicy: trust } } });
      const policy = json({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] });
      const rights = compose('rights', iam.RolePolicy, { spec: { forProvider: { role: role.observed.id, policy } } });
      uses(compose('vpc', ec2.Vpc, { spec: { forProvider: { region } } }), rights, 'it has rights by it');
    },
    findings: [
      'compositions/xthing: resources[vpc-uses-rights]: keeps rights, which goes with role, and nothing keeps that: say uses() of role too',
    ],
  },
  {
    what: 'a resource that waits for what is empty at first',
    reason: 'an empty text passes for one that is there',
    author: ({ xr, compose }) => {
      const name = fmt`${xr.metadata.namespace}-${xr.metadata.name}`;
      const metadata = { annotations: { 'crossplane.io/external-name': name } };
      const forProvider = { region, roleArn: 'arn', vpcConfig: {}, bootstrapSelfManagedAddons: true };
      const cluster = compose('cluster', eks.Cluster, { metadata, spec: { forProvider } });
      compose('vpc', ec2.Vpc, { spec: { forProvider: { region } } }, { after: [cluster.observed.endpoint] });
    },
    findings: [
      'compositions/xthing: resources[vpc].metadata.annotations[example.org/after]: reads status.atProvider.endpoint of cluster, which is an empty text until it is known, so a resource that waits for it does not wait: read what is absent until then',
    ],
  },
  {
    what: 'values of two resources in one status field',
    reason: 'a patch reads one resource',
    author: ({ xr, compose, publish }) => {
      const [a, b] = ['a', 'b'].map(name => compose(name, ec2.Vpc, { spec: { forProvider: { region } } }));
      if (a && b) publish(fmt`${a.observed.id} ${b.observed.id}`, anything(xr.status));
    },
    findings: [
      'compositions/xthing: resources[a].status: publishes b.observed.id together with a.observed.id: a patch reads one resource, so publish them apart',
    ],
  },
];

/** A reference to a resource that is composed later, which the types do not allow. */
function observedOf(name: string): unknown {
  let found: unknown;
  compositions(Thing, ({ compose }) => {
    found = compose(name, ec2.Subnet, { spec: { forProvider: { region } } }).observed.vpcId;
  });
  return found;
}

describe('a broken Composition is refused', () => {
  test.each(broken)('$what: $reason', ({ author, findings }) => {
    expect(findingsOfThing(author)).toEqual(findings);
  });
});

describe('what an author must not write throws where it is written', () => {
  test('two resources of one name', () => {
    const twice = () =>
      findingsOfThing(({ compose }) => {
        compose('vpc', ec2.Vpc, { spec: { forProvider: { region } } });
        compose('vpc', ec2.Vpc, { spec: { forProvider: { region } } });
      });
    expect(twice).toThrow(
      'XThing: two resources are named "vpc"; a name is a resource\'s identity, so give each its own',
    );
  });

  test('a value where a reference is wanted', () => {
    expect(() => findingsOfThing(({ xr, publish }) => publish(anything('vpc-1'), anything(xr.status)))).toThrow(
      'publish: wants an observed value (resource.observed.…), got "vpc-1"',
    );
  });

  test('an item of a list as a status field', () => {
    const list = () =>
      compositions(Box, ({ xr, compose, publish }) => {
        const vpc = compose('vpc', ec2.Vpc, { spec: { forProvider: { region } } });
        publish(vpc.observed.id, anything((xr.status as unknown as { ids: readonly unknown[] }).ids[1]));
      });
    expect(list).toThrow(
      'publish: xr.status.ids[1] is an item of a list, which has a hole while an earlier item is missing: give each item a field of its own',
    );
  });
});

describe('selectors across composite resources', () => {
  const network = compositions(Thing, ({ compose, readElsewhere, xr }) => {
    compose('vpc', ec2.Vpc, { spec: { forProvider: { region } } }, { sets: ['vpcs'] });
    readElsewhere(xr.spec.region);
    readElsewhere(xr.spec.size);
  });
  const user = api({
    kind: 'XUser',
    plural: 'xusers',
    description: 'Selects what another composite resource composes.',
    spec: z.object({ network: z.string().default('main') }),
    status: z.object({}),
    columns: () => [],
  });
  const select = (which: { readonly resource: string } | { readonly set: string }) =>
    findingsOf(
      network,
      compositions(user, ({ xr, compose, selectFrom }) => {
        const vpcIdSelector = selectFrom(Thing, xr.spec.network, which);
        compose('subnet', ec2.Subnet, { spec: { forProvider: { region, vpcIdSelector } } });
      }),
    );

  test.each([
    { which: { resource: 'vpc' }, reason: 'by the name of the resource' },
    { which: { set: 'vpcs' }, reason: 'by a set it belongs to' },
  ])('find $reason', ({ which }) => {
    expect(select(which)).toEqual([]);
  });

  test('are refused when the other one has no such resource', () => {
    expect(select({ resource: 'vcp' })).toEqual([
      'compositions/xuser: resources[subnet].base.spec.forProvider.vpcIdSelector: selects nothing: no resource of XThing is labelled example.org/resource=vcp',
    ]);
  });
});

test('a package in order has no findings', () => {
  const inner = compositions(Inner, ({ xr, compose, publish }) => {
    const vpc = compose('vpc', ec2.Vpc, {
      spec: { forProvider: { region, tags: { mode: xr.spec.mode, name: xr.spec.name } } },
    });
    publish(vpc.observed.id, xr.status.url);
  });
  const outer = compositions(Thing, ({ xr, compose }) => {
    const mode = pick(xr.spec.size, { s: 'fast', l: 'safe' });
    const name = pick(xr.spec.size, { s: Inner.composition('plain'), l: Inner.composition('guarded') });
    const part = compose('inner', Inner, { spec: { mode, crossplane: { compositionRef: { name } } } });
    compose('vpc', ec2.Vpc, { spec: { forProvider: { region: xr.spec.region, tags: { url: part.observed.url } } } });
  });
  expect(findingsOf(inner, outer)).toEqual([]);
});
