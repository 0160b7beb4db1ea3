import { describe, expect, it } from 'vitest';
import { child, type JsonObject } from '../../../src/kubernetes/json.ts';
import { extractOf } from '../../../src/local/aws/extract.ts';
import { goName, type Lookup, resolveReferences } from '../../../src/local/aws/references.ts';
import { kindOf, kinds } from './fixtures.ts';

const owner = (uid: string) => [{ controller: true, uid }];
const target = (
  name: string,
  over: { labels?: JsonObject; owner?: string; observed?: JsonObject; id?: string } = {},
) => ({
  metadata: {
    name,
    labels: over.labels ?? {},
    annotations: over.id === undefined ? {} : { 'crossplane.io/external-name': over.id },
    ...(over.owner ? { ownerReferences: owner(over.owner) } : {}),
  },
  spec: { forProvider: { version: '1.31' } },
  status: { atProvider: over.observed ?? {} },
});

const labels = { net: 'a' };
const there: Readonly<Record<string, readonly JsonObject[]>> = {
  'ec2/VPC': [target('v', { id: 'vpc-1', labels, owner: 'xr-1' }), target('w', { id: 'vpc-2', labels, owner: 'xr-2' })],
  'ec2/Subnet': [target('s2', { id: 'subnet-2', labels }), target('s1', { id: 'subnet-1', labels }), target('s3')],
  'iam/Role': [target('r', { id: 'r', observed: { arn: 'arn:aws:iam::1:role/r' } })],
  'eks/Cluster': [
    target('up', { id: 'up', observed: { id: 'up', status: 'ACTIVE' } }),
    target('coming', { id: 'coming', observed: {} }),
  ],
  'eks/AccessEntry': [target('e', { id: 'c:arn', observed: { principalArn: 'arn:aws:iam::1:role/p' } })],
};

const lookup: Lookup = {
  get: (kind, namespace, name) =>
    namespace === 'team-a' ? there[kind]?.find(one => child(one, 'metadata').name === name) : undefined,
  list: (kind, namespace) => (namespace === 'team-a' ? (there[kind] ?? []) : []),
};

function resolve(kind: string, forProvider: JsonObject, ownedBy?: string): JsonObject {
  const metadata = { namespace: 'team-a', ...(ownedBy ? { ownerReferences: owner(ownedBy) } : {}) };
  const spec = resolveReferences({ metadata, spec: { forProvider } }, kindOf(kind).references, lookup);
  return child(spec, 'forProvider');
}

describe('a reference', () => {
  it.each<[string, string, JsonObject, JsonObject]>([
    ['takes the external name', 'ec2/Subnet', { vpcIdRef: { name: 'v' } }, { vpcId: 'vpc-1' }],
    [
      'takes an ARN for a field named so',
      'eks/Cluster',
      { roleArnRef: { name: 'r' } },
      { roleArn: 'arn:aws:iam::1:role/r' },
    ],
    [
      'fills a field of another name',
      'eks/AccessEntry',
      { principalArnFromRoleRef: { name: 'r' } },
      { principalArn: 'arn:aws:iam::1:role/r' },
    ],
    [
      'takes an observed field by exception',
      'eks/AccessPolicyAssociation',
      { principalArnRef: { name: 'e' } },
      { principalArn: 'arn:aws:iam::1:role/p' },
    ],
    ['takes an argument by exception', 'eks/NodeGroup', { versionRef: { name: 'up' } }, { version: '1.31' }],
    ['takes a cluster that is active', 'eks/NodeGroup', { clusterNameRef: { name: 'up' } }, { clusterName: 'up' }],
    [
      'does not wait for a cluster where the provider does not',
      'eks/PodIdentityAssociation',
      { clusterNameRef: { name: 'coming' } },
      { clusterName: 'coming' },
    ],
    ['leaves alone what is set', 'ec2/Subnet', { vpcId: 'vpc-9', vpcIdRef: { name: 'v' } }, { vpcId: 'vpc-9' }],
    [
      'overrides what is set with resolve: Always',
      'ec2/Subnet',
      { vpcId: 'vpc-9', vpcIdRef: { name: 'v', policy: { resolve: 'Always' } } },
      { vpcId: 'vpc-1' },
    ],
    [
      'is let go when it is optional',
      'ec2/Subnet',
      { vpcIdRef: { name: 'x', policy: { resolution: 'Optional' } } },
      {},
    ],
  ])('%s', (_, kind, before, after) => {
    const { vpcIdRef: _vpc, roleArnRef: _role, ...resolved } = resolve(kind, before);
    expect(resolved).toMatchObject(after);
    expect(Object.hasOwn(resolved, 'vpcId')).toBe(Object.hasOwn(after, 'vpcId'));
  });

  it.each<[string, string, JsonObject, string]>([
    [
      'to what is not there',
      'ec2/Subnet',
      { vpcIdRef: { name: 'x' } },
      'mg.Spec.ForProvider.VPCID: cannot get referenced resource: VPC.ec2.aws.m.upbound.io "x" not found',
    ],
    [
      'to another namespace',
      'ec2/Subnet',
      { vpcIdRef: { name: 'v', namespace: 'team-b' } },
      'cannot get referenced resource: VPC.ec2.aws.m.upbound.io "v" not found',
    ],
    [
      'to a cluster that is not active',
      'eks/NodeGroup',
      { clusterNameRef: { name: 'coming' } },
      'mg.Spec.ForProvider.ClusterName: referenced field was empty (referenced resource may not yet be ready)',
    ],
    [
      'by labels that nothing has',
      'ec2/Subnet',
      { vpcIdSelector: { matchLabels: { net: 'z' } } },
      'mg.Spec.ForProvider.VPCID: no resources matched selector',
    ],
    [
      'of a list of which one is not ready',
      'rds/SubnetGroup',
      { subnetIdRefs: [{ name: 's1' }, { name: 's3' }] },
      'mg.Spec.ForProvider.SubnetIds: referenced field was empty',
    ],
  ])('%s is refused', (_, kind, forProvider, message) => {
    expect(() => resolve(kind, forProvider)).toThrow(`cannot resolve references: `);
    expect(() => resolve(kind, forProvider)).toThrow(message);
  });

  it('by selector prefers what has the same controller, if asked to', () => {
    const vpcIdSelector = { matchLabels: labels, matchControllerRef: true };
    const resolved = resolve('ec2/Subnet', { vpcIdSelector }, 'xr-2');
    expect(resolved).toMatchObject({ vpcId: 'vpc-2', vpcIdRef: { name: 'w' } });
    expect(() => resolve('ec2/Subnet', { vpcIdSelector }, 'xr-3')).toThrow('no resources matched selector');
    expect(() => resolve('ec2/Subnet', { vpcIdSelector })).toThrow('no resources matched selector');
  });

  it('fills lists, also inside others, sorted by value', () => {
    const vpcConfig = { subnetIdSelector: { matchLabels: labels } };
    expect(resolve('eks/Cluster', { vpcConfig }).vpcConfig).toMatchObject({
      subnetIds: ['subnet-1', 'subnet-2'],
      subnetIdRefs: [{ name: 's1' }, { name: 's2' }],
    });
    const vpc = [{ vpcIdRef: { name: 'v' } }];
    // Zone takes status.atProvider.id, which this VPC does not show.
    expect(() => resolve('route53/Zone', { vpc })).toThrow('mg.Spec.ForProvider.VPC.VPCID: referenced field was empty');
  });
});

describe('the reference fields of the kinds', () => {
  it('are all understood: each has a field to fill and a selector', () => {
    const all = [...kinds.values()].flatMap(({ references }) => references);
    expect(all.length).toBeGreaterThan(70);
    const refs = [...kinds.values()].flatMap(kind => {
      const text = JSON.stringify(kind.forProvider);
      const count = text.match(/"\w+Refs?":\{[^{}]*"description":"->|"\w+Refs?":\{/g)?.length ?? 0;
      const secrets = text.match(/"\w*SecretRef":\{|"matchControllerRef":\{/g)?.length ?? 0;
      return kind.references.length === count - secrets
        ? []
        : [`${kind.key} ${kind.references.length} ${count - secrets}`];
    });
    expect(refs).toEqual([]);
  });

  it.each([
    ['ec2/Subnet', 'vpcId', 'external-name'],
    ['rds/Cluster', 'kmsKeyId', 'arn'],
    ['rds/Cluster', 'monitoringRoleArn', 'arn'],
    ['iam/Role', 'managedPolicyArns', 'arn'],
    ['iam/RolePolicyAttachment', 'role', 'external-name'],
    ['iam/RolePolicy', 'role', 'id'],
    ['sqs/QueuePolicy', 'queueUrl', 'id'],
  ])('%s %s takes %s', (kind, field, extract) => {
    expect(extractOf(kind, field)).toBe(extract);
  });

  it.each([
    ['vpcId', 'VPCID'],
    ['subnetIds', 'SubnetIds'],
    ['natGatewayId', 'NATGatewayID'],
    ['kmsKeyId', 'KMSKeyID'],
    ['ipv4IpamPoolId', 'IPv4IpamPoolID'],
    ['dbSubnetGroupName', 'DBSubnetGroupName'],
    ['roleArn', 'RoleArn'],
  ])('%s is %s in messages', (name, go) => {
    expect(goName(name)).toBe(go);
  });
});
